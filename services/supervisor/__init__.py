"""Starts and watches every part of Signalbox on one machine."""

"""The console: server-rendered pages under /console that show what the gateway decides and why."""

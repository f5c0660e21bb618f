// The pages work without this. It keeps the list of decisions live, and shows times in the reader's zone.
"use strict";

function localTimes(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const at = new Date(element.dateTime);
    if (element.dataset.show === "clock") element.textContent = at.toLocaleTimeString([], { hour12: false });
    element.title = at.toLocaleString();
  }
}

function liveRows(body, button) {
  const seconds = 3;
  let on = true;
  async function refresh() {
    if (!on || document.hidden || body.contains(document.activeElement)) return;
    const answer = await fetch(body.dataset.live, { redirect: "error" }).catch(() => null);
    if (!answer || !answer.ok) return;
    body.innerHTML = await answer.text(); // escaped by the server, like the page itself
    localTimes(body);
  }
  button.hidden = false;
  button.addEventListener("click", () => {
    on = !on;
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "Live" : "Paused";
    refresh();
  });
  setInterval(refresh, seconds * 1000);
}

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
  });
}
const rows = document.querySelector("tbody[data-live]");
const toggle = document.querySelector("[data-live-toggle]");
if (rows && toggle) liveRows(rows, toggle);
localTimes(document);

// The pages work without this. It keeps the list of decisions live, and shows times in the reader's zone.
"use strict";

function localTimes(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const at = new Date(element.dateTime);
    if (element.dataset.show === "clock") element.textContent = at.toLocaleTimeString([], { hour12: false });
    element.title = at.toLocaleString();
  }
}

const everyMs = 3000;

// The list's rows as HTML, escaped by the server like the page itself; null when there is nothing to show now.
async function newRows(url) {
  if (document.hidden) return null;
  const answer = await fetch(url, { redirect: "manual" }).catch(() => null);
  if (answer && answer.type === "opaqueredirect") location.reload(); // the session is over: to the login page
  return answer && answer.ok ? (await answer.text()).trim() : null;
}

function liveRows(body, button) {
  let on = true;
  async function refresh() {
    // Rows do not move under the keyboard's focus.
    if (!on || body.contains(document.activeElement)) return;
    const rows = await newRows(body.dataset.live);
    if (rows === null || !on || body.contains(document.activeElement)) return;
    body.innerHTML = rows;
    localTimes(body);
  }
  button.hidden = false;
  button.addEventListener("click", () => {
    on = !on;
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "Live" : "Paused";
    refresh();
  });
  setInterval(refresh, everyMs);
}

// On a phone the bar is wider than the screen: it shows the page that one is on.
const here = document.querySelector("nav a[aria-current=page]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - (here.parentElement.clientWidth - here.offsetWidth) / 2;

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
  });
}
const rows = document.querySelector("tbody[data-live]");
const toggle = document.querySelector("[data-live-toggle]");
if (rows && toggle) liveRows(rows, toggle);
const empty = document.querySelector("[data-live-empty]");
if (empty) setInterval(async () => { if (await newRows(empty.dataset.liveEmpty)) location.reload(); }, everyMs);
localTimes(document);

"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const rows = [...document.querySelectorAll("#moments tbody tr")];
  const drawn = [...document.querySelectorAll("#sequence .row[data-place]")];
  const places = drawn.map((row) => Number(row.dataset.place));
  const stepper = document.querySelector(".stepper");
  const filters = document.querySelector(".filters");
  const cursor = find("timeline-cursor");
  const scrub = find("scrub");
  let now = -1;

  const words = (row) => [...row.cells].map((cell) => cell.innerText.trim());

  function told(place) {
    const [number, time, step, participant, what, , status] = words(rows[place]);
    const who = participant ? ` (${participant})` : "";
    const back = rows[place].classList.contains("back") ? " On the way back." : "";
    const said = what.replace(/^\W+ /u, "").replace(" fault: ", ", fault: ");
    return `${number} of ${rows.length}, ${time}, ${step}${who}: ${said}.${back} The run is ${status}.`;
  }

  function go(place) {
    if (!rows[place]) return;
    const before = rows[now];
    if (before) {
      before.classList.remove("now");
      before.removeAttribute("aria-current");
    }
    now = place;
    const row = rows[now];
    row.classList.add("now");
    row.setAttribute("aria-current", "step");
    for (const name of ["x1", "x2"]) cursor.setAttribute(name, row.dataset.x);
    cursor.setAttribute("visibility", "visible");
    const shown = places.filter((each) => each <= now).pop();
    drawn.forEach((each, at) => {
      each.classList.toggle("now", places[at] === shown);
      each.classList.toggle("later", places[at] > now);
    });
    scrub.value = String(now);
    scrub.setAttribute("aria-valuetext", `moment ${now + 1} of ${rows.length}`);
    find("told").textContent = told(now);
    follow(shown);
    limits();
  }

  // The page moves only where the moments are being read: in the table, or in the sequence.
  function follow(shown) {
    const middle = innerHeight / 2;
    const holds = (element) => {
      const box = element && element.getBoundingClientRect();
      return Boolean(box) && box.top < middle && box.bottom > middle;
    };
    const row = holds(document.querySelector("#moments table")) ? rows[now] : holds(find("sequence")) ? drawn[places.indexOf(shown)] : null;
    if (row) row.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function beside(way) {
    let place = now < 0 && way < 0 ? rows.length : now;
    do place += way; while (rows[place] && rows[place].hidden);
    return rows[place] ? place : -1;
  }

  function move(way) {
    const place = beside(way);
    if (place >= 0) go(place);
  }

  const outermost = (way) => (way < 0 ? rows.findIndex((row) => !row.hidden) : rows.findLastIndex((row) => !row.hidden));

  function end(way) {
    const place = outermost(way);
    if (place >= 0) go(place);
  }

  function limits() {
    for (const [name, place] of [["first", outermost(-1)], ["last", outermost(1)], ["previous", beside(-1)], ["next", beside(1)]]) {
      find(name).disabled = place < 0 || place === now;
    }
  }

  function filter() {
    const step = find("by-step").value;
    const part = find("by-part").value;
    const inside = find("inside").checked;
    for (const row of rows) {
      const is = (name) => row.classList.contains(name);
      const fits = part === "" || (part === "forward" ? !is("back") : is(part));
      row.hidden = !fits || (step !== "" && row.dataset.step !== step) || (!inside && is("inside") && !is("fault"));
    }
    limits();
    find("count").textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} shown`;
  }

  const KEYS = { ArrowLeft: () => move(-1), ArrowRight: () => move(1) };
  document.addEventListener("keydown", (event) => {
    const taken = event.target.closest("select, input, summary, .scroll:not(:has(table))");
    const act = KEYS[event.key];
    if (!act || taken || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    act();
  });
  const buttons = { first: () => end(-1), previous: () => move(-1), next: () => move(1), last: () => end(1) };
  for (const [name, act] of Object.entries(buttons)) {
    find(name).addEventListener("click", act);
  }
  scrub.addEventListener("input", () => go(Number(scrub.value)));
  rows.forEach((row, place) => row.addEventListener("click", () => go(place)));
  filters.addEventListener("change", filter);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.hidden = stepper.hidden = rows.length === 0;
  filter();
  if (/^#m\d+$/.test(location.hash)) go(Number(location.hash.slice(2)));
  document.documentElement.dataset.ready = "yes";
})();

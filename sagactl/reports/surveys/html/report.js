// Nothing here is needed to read the page: it opens the run that an address names, and all runs at once.
"use strict";
(() => {
  const runs = [...document.querySelectorAll("details")];
  const reveal = () => {
    const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let each = named && named.closest("details"); each; each = each.parentElement.closest("details")) each.open = true;
    if (named) named.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // What is printed is read on paper, where nothing opens.
  addEventListener("beforeprint", () => runs.forEach((each) => { each.dataset.was = each.open; each.open = true; }));
  addEventListener("afterprint", () => runs.forEach((each) => { each.open = each.dataset.was === "true"; }));

  const place = document.getElementById("rehearsals-title");
  if (place && document.querySelector("details.run")) {
    const next = place.nextSibling;
    for (const [words, open] of [["Open all runs", true], ["Close all runs", false]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words;
      button.addEventListener("click", () => document.querySelectorAll("details.run").forEach((each) => { each.open = open; }));
      place.parentElement.insertBefore(button, next);
    }
  }
  document.documentElement.dataset.ready = "yes";
})();

"use strict";
(() => {
  const picture = document.getElementById("picture");
  const drawing = picture.querySelector("svg");
  const box = drawing.viewBox.baseVal;
  const natural = drawing.width.baseVal.value;
  const said = document.getElementById("size");
  let size = 1;
  const show = (wanted) => {
    const middle = (picture.scrollTop + picture.clientHeight / 2) / picture.scrollHeight;
    size = Math.min(8, Math.max(0.05, wanted));
    drawing.setAttribute("width", String(natural * size));
    drawing.setAttribute("height", String((natural * size * box.height) / box.width));
    picture.scrollTop = middle * picture.scrollHeight - picture.clientHeight / 2;
    said.textContent = `${Math.round(size * 100)} %`;
  };
  const fit = () => {
    const style = getComputedStyle(picture);
    show((picture.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)) / natural);
  };
  const actions = { smaller: () => show(size / 1.25), larger: () => show(size * 1.25), fit };
  for (const [id, act] of Object.entries(actions)) document.getElementById(id).addEventListener("click", act);
  const keys = { "-": "smaller", "+": "larger", "=": "larger", 0: "fit" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    actions[keys[event.key]]();
  });
  document.querySelector(".zoom").hidden = false;
})();

/** Making and finding elements; text goes in as text only, never as markup. */

import { paths } from "./icons.js";

export const byId = (id) => document.getElementById(id);

/** `properties`: attributes; `class`, `on…` handlers and booleans as one expects. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, properties = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(properties)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Decoration beside a text or label, so hidden from screen readers. */
export function icon(name) {
  const { shapes, flips } = paths[name];
  return svg(
    "svg",
    {
      class: flips ? "icon flips" : "icon",
      viewBox: "0 0 24 24",
      fill: "none",
      stroke: "currentColor",
      "stroke-width": "2",
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
      "aria-hidden": "true",
    },
    ...shapes.map((d) => svg("path", { d })),
  );
}

/** Put icons where the page says `data-icon="name"`. */
export function placeIcons(root = document) {
  for (const place of root.querySelectorAll("[data-icon]")) {
    place.prepend(icon(place.dataset.icon));
    place.removeAttribute("data-icon");
  }
}

export function setIcon(place, name) {
  if (place.dataset.shown === name) return;
  place.dataset.shown = name;
  place.querySelector("svg.icon")?.remove();
  place.prepend(icon(name));
}

/** A short word at the bottom of the page, read out by screen readers. */
export function toast(text, seconds = 6) {
  let place = document.querySelector(".toasts");
  if (!place) {
    place = element("div", { class: "toasts", role: "status" });
    document.body.append(place);
  }
  const line = element("div", {}, text);
  place.append(line);
  while (place.children.length > 3) place.firstChild.remove();
  setTimeout(() => line.remove(), seconds * 1000);
}

export function openDialog(dialog) {
  dialog.showModal();
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
}

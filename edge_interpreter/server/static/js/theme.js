/** Light or dark, type size, and the colours of the house. */

import { luminance, readable, readableOn } from "./colour.js";
import { choices } from "./memory.js";

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
let house = {};

function setColour(name, value) {
  if (value) root.style.setProperty(name, value);
  else root.style.removeProperty(name);
}

/** Theme `auto`, `light` or `dark`; a background of the house decides for itself. */
export function applyTheme() {
  const wanted = choices.theme ?? "auto";
  let theme = wanted === "auto" ? (dark.matches ? "dark" : "light") : wanted;
  const own = house.background && wanted === "auto";
  if (own) theme = luminance(house.background) < 0.18 ? "dark" : "light";
  root.dataset.theme = theme;
  setColour("--paper", own ? house.background : null);
  setColour("--ink", own && house.text ? readable(house.text, house.background, 7) : null);
  applyAccent(own);
  root.style.setProperty("--type-scale", String(choices.typeSize ?? 1));
}

function applyAccent(own) {
  const paper = own ? house.background : getComputedStyle(root).getPropertyValue("--paper").trim();
  setColour("--accent", house.accent ? readable(house.accent, paper, 3) : null);
  const accent = house.accent ? readable(house.accent, paper, 3) : null;
  setColour("--on-accent", accent ? readableOn(accent) : null);
  setColour("--accent-ink", accent ? readable(accent, paper) : null);
  setColour("--accent-soft", accent ? `color-mix(in srgb, ${accent} 16%, var(--surface))` : null);
}

/** `branding` of /api/info. */
export function setBranding(branding) {
  house = branding ?? {};
  applyTheme();
}

dark.addEventListener("change", applyTheme);

/** The languages of the installed models: names, direction, and lists to choose from. */

import { element } from "./dom.js";
import { interfaceTag, text } from "./i18n.js";

let known = new Map();

export function setLanguages(list) {
  known = new Map(list.map((language) => [language.tag, language]));
}

export const language = (tag) => known.get(tag);

export const nativeName = (tag) => known.get(tag)?.native_name ?? tag;

export const direction = (tag) => (known.get(tag)?.right_to_left ? "rtl" : "ltr");

/** The name in the language of the interface. */
export function localName(tag) {
  if (tag === "auto") return text("automatic");
  if (tag === "original") return text("as_spoken");
  if (tag === "none") return text("nothing");
  try {
    const name = new Intl.DisplayNames(interfaceTag(), { type: "language", fallback: "none" }).of(tag);
    if (name) return name;
  } catch {
    // Not every browser knows every tag.
  }
  return known.get(tag)?.name ?? tag;
}

/** Both names, in one line, where they differ. */
export function fullName(tag) {
  const [own, local] = [nativeName(tag), localName(tag)];
  return own.toLowerCase() === local.toLowerCase() ? own : `${own} – ${local}`;
}

/** Those with both abilities; where there are none, with the first. */
function able(first, second) {
  const all = [...known.values()].filter((one) => one[first]);
  const both = all.filter((one) => one[second]);
  return both.length > 0 ? both : all;
}

/** Languages to speak: recognised, and translated into others. */
export const canHear = () => able("recognise", "translate_from");

/** Languages to read: translated into (without a translator: recognised). */
export const canRead = () => {
  const all = [...known.values()].filter((one) => one.translate_to);
  return all.length > 0 ? all : canHear();
};
export const hasVoice = (tag) => Boolean(known.get(tag)?.speak);

/** The browser's first language that is among `choices`, else English, else the first. */
export function preferred(choices) {
  const tags = new Set(choices.map((one) => one.tag));
  for (const wanted of navigator.languages ?? []) {
    const parts = wanted.split("-");
    while (parts.length > 0) {
      if (tags.has(parts.join("-"))) return parts.join("-");
      parts.pop();
    }
  }
  return tags.has("en") ? "en" : (choices[0]?.tag ?? null);
}

/** Fill a `<select>`: `special` words, the browser's languages, all; the first `chosen` offered. */
export function fillSelect(select, choices, { special = [], chosen = [] } = {}) {
  const option = (tag) => element("option", { value: tag, lang: tag }, fullName(tag));
  const near = new Set(
    choices.map((one) => one.tag).filter((tag) => (navigator.languages ?? []).some((wanted) => wanted.split("-")[0] === tag.split("-")[0])),
  );
  const sorted = choices.map((one) => one.tag).sort((a, b) => nativeName(a).localeCompare(nativeName(b)));
  const extra = special.map((word) => element("option", { value: word }, localName(word)));
  if (sorted.length > 12 && near.size > 0) {
    select.replaceChildren(
      ...extra,
      element("optgroup", { label: text("your_languages") }, ...sorted.filter((tag) => near.has(tag)).map(option)),
      element("optgroup", { label: text("all_languages") }, ...sorted.filter((tag) => !near.has(tag)).map(option)),
    );
  } else {
    select.replaceChildren(...extra, ...sorted.map(option));
  }
  const offered = new Set([...select.options].map((one) => one.value));
  const found = chosen.find((tag) => offered.has(tag));
  if (found) select.value = found;
}

/** Set the language and direction of an element that shows words of `tag`. */
export function markLanguage(place, tag) {
  place.lang = tag;
  place.dir = direction(tag);
}

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

export const canHear = () => [...known.values()].filter((one) => one.recognise);
export const canRead = () => [...known.values()].filter((one) => one.translate_to || one.recognise);
export const hasVoice = (tag) => Boolean(known.get(tag)?.speak);

/** The browser's first language that is among `choices`, else null. */
export function preferred(choices) {
  const tags = new Set(choices.map((one) => one.tag));
  for (const wanted of navigator.languages ?? []) {
    const parts = wanted.split("-");
    while (parts.length > 0) {
      if (tags.has(parts.join("-"))) return parts.join("-");
      parts.pop();
    }
  }
  return null;
}

/** Fill a `<select>`: `special` words first, then the browser's languages, then all. */
export function fillSelect(select, choices, { special = [], chosen = null } = {}) {
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
  const offered = [...select.options].map((one) => one.value);
  if (chosen !== null && offered.includes(chosen)) select.value = chosen;
}

/** Set the language and direction of an element that shows words of `tag`. */
export function markLanguage(place, tag) {
  place.lang = tag;
  place.dir = direction(tag);
}

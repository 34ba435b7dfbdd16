// What sticks out of the window, and buttons and titles whose words are cut off.
() => {
  const wide = document.documentElement.clientWidth;
  return [...document.querySelectorAll("body *")]
    .filter((place) => place.checkVisibility({ visibilityProperty: true }) && !place.closest("svg, .visually-hidden, .controls, .meter, .table-scroll"))
    .filter((place) => { const box = place.getBoundingClientRect(); return box.width > 0 && (box.right > wide + 1 || box.left < -1); })
    .map((place) => place.tagName + "." + place.className + "#" + place.id)
    .concat([...document.querySelectorAll("button, .chip, h1")]
      .filter((place) => place.checkVisibility({ visibilityProperty: true }) && place.scrollWidth > place.clientWidth + 1 && getComputedStyle(place).textOverflow !== "ellipsis")
      .map((place) => "cut: " + place.textContent.trim()));
}

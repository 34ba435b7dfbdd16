/** Icons as strokes on a 24 × 24 grid; `flips`: mirrored where text runs from right to left. */

const plain = (...shapes) => ({ shapes, flips: false });
const directed = (...shapes) => ({ shapes, flips: true });

export const paths = {
  microphone: plain("M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z", "M5.5 11a6.5 6.5 0 0 0 13 0", "M12 17.5V21"),
  "microphone-off": plain("M4 4l16 16", "M9 6a3 3 0 0 1 6 0v5", "M9 9.5V11a3 3 0 0 0 4.5 2.6", "M5.5 11a6.5 6.5 0 0 0 10.5 5.1", "M18.5 11a6.4 6.4 0 0 1-.5 2.5", "M12 17.5V21"),
  sound: directed("M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z", "M15.5 9a4 4 0 0 1 0 6", "M18 6.5a8 8 0 0 1 0 11"),
  "sound-off": directed("M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z", "M16 9.5l5 5", "M21 9.5l-5 5"),
  people: plain("M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z", "M2.5 20a6.5 6.5 0 0 1 13 0", "M16 4.9a3.5 3.5 0 0 1 0 6.2", "M18 14.3A6.5 6.5 0 0 1 21.5 20"),
  settings: plain("M4 7h9", "M17 7h3", "M15 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4z", "M4 17h3", "M11 17h9", "M9 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"),
  leave: directed("M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4", "M15 8l4 4-4 4", "M19 12H9"),
  close: plain("M6 6l12 12", "M18 6L6 18"),
  send: directed("M4 12h14", "M13 6l6 6-6 6"),
  down: plain("M12 5v14", "M6 13l6 6 6-6"),
  warning: plain("M12 4L2.8 19.5h18.4z", "M12 10v4", "M12 17h.01"),
  info: plain("M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M12 11v5", "M12 8h.01"),
  lock: plain("M6 11h12v9H6z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"),
  shield: plain("M12 3l7.5 3v5.5c0 4.5-3 7.8-7.5 9.5-4.5-1.7-7.5-5-7.5-9.5V6z", "M9 12l2.2 2.2L15.5 10"),
  languages: plain("M3.5 6h10", "M8.5 4v2", "M12 6c-.8 4-3.5 7-8 8.5", "M5.5 9.5c1.3 2.5 3.3 4.2 6 5", "M12.5 20l4-9.5 4 9.5", "M14 17h5"),
  pause: plain("M8.5 5v14", "M15.5 5v14"),
  play: directed("M7 4.5v15l12-7.5z"),
  remove: plain("M15.5 4.5l4 4", "M19.5 4.5l-4 4", "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z", "M2.5 20a6.5 6.5 0 0 1 13 0"),
  copy: plain("M9 9h11v11H9z", "M5 15H4V4h11v1"),
  download: plain("M12 4v11", "M7 10.5l5 5 5-5", "M4 20h16"),
  full: plain("M4 9V4h5", "M20 9V4h-5", "M4 15v5h5", "M20 15v5h-5"),
  swap: plain("M7 4v15", "M3.5 15.5L7 19l3.5-3.5", "M17 20V5", "M13.5 8.5L17 5l3.5 3.5"),
  text: directed("M4 6h16", "M4 12h16", "M4 18h9"),
  mark: plain("M5 4h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z", "M8 10h8"),
  plus: plain("M12 5v14", "M5 12h14"),
  qr: plain("M4 4h6v6H4z", "M14 4h6v6h-6z", "M4 14h6v6H4z", "M14 14h2v2h-2z", "M20 14v2", "M14 20h2", "M19 19h1v1h-1z"),
};

/**
 * What was said, kept in order, without a page: messages in, changes out.
 *
 * `take(message)` answers with a list of changes `{kind, entry}`: `live` (somebody speaks, or a
 * partial), `live_end`, `final` (a caption), `replaced` (a final changed), `note` (something is
 * missing: `entry.note` is `skipped`, `gap` or `lost`).
 */

const LIVE_LIMIT_MS = 30000;

export class Captions {
  constructor({ limit = 600, now = Date.now } = {}) {
    this.limit = limit;
    this.now = now;
    this.clear();
  }

  clear() {
    this.finals = new Map();
    this.live = new Map();
    this.names = new Map();
  }

  take(message) {
    switch (message.type) {
      case "roster":
        for (const one of message.participants) this.names.set(one.participant, one.name);
        return [];
      case "speech_began":
        return [this.#goLive(message, { language: null, stable: "", unstable: "" })];
      case "partial":
        return this.#partial(message);
      case "you":
        this.wants = message.wants;
        return [];
      case "caption":
        return this.#final(message);
      case "skipped":
        return this.#skipped(message);
      case "gap":
        return [{ kind: "note", entry: { note: "gap", count: message.count } }];
      case "sound_lost":
        return [{ kind: "note", entry: { note: "lost", speaker: message.speaker, name: this.name(message.speaker), lostMs: message.lost_ms } }];
      default:
        return [];
    }
  }

  name(participant) {
    return this.names.get(participant) ?? "";
  }

  /** End what never became a caption (its end may have been dropped on the way). */
  expire() {
    const before = this.now() - LIVE_LIMIT_MS;
    return [...this.live.values()].filter((entry) => entry.changed < before).flatMap((entry) => this.#endLive(entry.utterance));
  }

  /** A translation into the language wanted is shown in place of the words spoken. */
  #partial(message) {
    const shown = this.live.get(message.utterance)?.language;
    const translated = shown === this.wants && message.language !== shown;
    return this.finals.has(message.utterance) || translated ? [] : [this.#goLive(message, message)];
  }

  #goLive({ utterance, speaker }, { language, stable, unstable }) {
    const entry = { utterance, speaker, name: this.name(speaker), language, stable, unstable, changed: this.now() };
    this.live.set(utterance, entry);
    return { kind: "live", entry };
  }

  #endLive(utterance) {
    const entry = this.live.get(utterance);
    if (!entry) return [];
    this.live.delete(utterance);
    return [{ kind: "live_end", entry }];
  }

  #final(message) {
    const changes = this.#endLive(message.utterance);
    const before = this.finals.get(message.utterance);
    const entry = { ...message, noVoice: before?.noVoice ?? false };
    this.names.set(message.speaker, message.name);
    this.finals.set(message.utterance, entry);
    if (this.finals.size > this.limit) this.finals.delete(this.finals.keys().next().value);
    return [...changes, { kind: before ? "replaced" : "final", entry }];
  }

  #skipped(message) {
    const changes = message.lane === "speech" ? [] : this.#endLive(message.utterance);
    const final = this.finals.get(message.utterance);
    if (message.lane === "speech") {
      // What a voice leaves out for want of a translation is marked in the caption.
      if (!final || final.noVoice || ["untranslated", "incomplete"].includes(message.reason)) return changes;
      final.noVoice = true;
      return [...changes, { kind: "replaced", entry: final }];
    }
    // The box heard its own loudspeaker, or the words are in the caption before: nothing is missing.
    if (["own_voice", "merged"].includes(message.reason)) return changes;
    const { utterance, speaker, lane, withheld, reason } = message;
    const entry = { note: "skipped", utterance, speaker, name: message.name ?? this.name(speaker), lane, withheld, reason };
    return [...changes, { kind: "note", entry }];
  }
}

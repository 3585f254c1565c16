import type { PresencePush } from '../protocol/pushes/presence.js';

/** How a change of presence travels to the instances that follow its channel. */
export function encodePresenceNote(push: PresencePush): string {
  return JSON.stringify({ presence: push });
}

/** The push in a note, or null when the note is about something else. */
export function presenceIn(note: string): PresencePush | null {
  let body: unknown;
  try {
    body = JSON.parse(note);
  } catch {
    // A note of a version that this one does not know.
    return null;
  }
  if (typeof body !== 'object' || body === null || !('presence' in body)) return null;
  const push = body.presence;
  // Notes come from our own instances only: the shape was made by `encodePresenceNote`.
  return typeof push === 'object' && push !== null ? (push as PresencePush) : null;
}

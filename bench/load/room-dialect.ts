import type { Dialect, Place } from './dialect.js';
import { socketIoDialect } from './socket-io-dialect.js';

/** A chat in the usual way: join a room, publish into it. */
export const roomDialect: Dialect = socketIoDialect({
  auth: (_index, place) => resumption(place),
  readyEvent: null,
  keepsChannels: true,
  event(request) {
    if (request.kind === 'join') return ['join', { room: request.channel }];
    const { channel, id, data } = request;
    return ['publish', { room: channel, id, text: data }];
  },
  reply: (body) => ({
    isOk: isAccepted(body),
    isUnknown: false,
    refusal: isAccepted(body) ? null : 'not accepted',
    missed: [],
  }),
  push: () => ({ kind: 'fault' }),
  // With recovery switched on, each event carries its place as a last argument.
  delivery: ({ room, text }, offset) => ({
    channel: String(room),
    data: text,
    position: typeof offset === 'string' ? offset : null,
  }),
});

function resumption(place: Place | null): object | null {
  if (place === null || place.session === null || place.last === null) return null;
  return { pid: place.session, offset: place.last };
}

function isAccepted(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'ok' in body && body.ok === true;
}

import { check } from './checks.mjs';

const otherPart = 'client/sdk/test/another-part-of-the-store.spec.ts';
const place = 'client/sdk/src/store-place.ts';

/** What the SDK takes up from a store that it shares with other tabs. */
export const sdkStore = [
  {
    name: 'place-of-another-tab',
    bug: 'a client that comes back goes on where another tab stood, and passes over what it was not shown',
    rows: ['F43'],
    file: 'client/sdk/src/channels.ts',
    find: 'if (stream.hasPlace) {',
    replace: 'if (stream.hasPlace && stored === undefined) {',
    check: check(
      otherPart,
      'goes on in a channel from what it was shown, where somebody left a place',
    ),
  },
  {
    name: 'server-places-of-another-tab',
    bug: "a client that comes back goes on in the server's own channels where another tab stood",
    rows: ['F43'],
    file: 'client/sdk/src/server-channels.ts',
    find: 'if (this.#streams.size > 0) return this.#goOn(new Map(kept));',
    replace: '',
    check: check(otherPart, 'goes on in the channels of the server from what it was shown'),
  },
  {
    name: 'broadcasts-of-another-tab',
    bug: 'a broadcast that another tab was shown is kept from a client that comes back',
    rows: ['F43'],
    file: 'client/sdk/src/seen-broadcasts.ts',
    find: 'if (this.#wasRestored) return this.keep([]);',
    replace: '',
    check: check(
      otherPart,
      'is shown a broadcast that only the one before it in that part was shown',
    ),
  },
  {
    name: 'id-of-another-tab',
    bug: 'a client that comes back goes by the id that another tab has by now',
    rows: [],
    file: 'client/sdk/src/client-run.ts',
    find: 'const own = this.#isKept ? null : this.#client;',
    replace: 'const own = this.#client;',
    check: check(otherPart, 'goes by another id than who has its own now'),
  },
  {
    name: 'used-part-overwritten',
    bug: 'a client that slept writes over the publishes that another one left',
    rows: ['F43'],
    file: place,
    find: 'if (this.#wasLost && (await this.#isUsed(number))) {',
    replace: 'if (this.#wasLost && !this.#isOpen) {',
    check: check(
      otherPart,
      'a client that slept and lost its part throws away nothing that was left in another one',
    ),
  },
];

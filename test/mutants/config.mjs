import { check } from './checks.mjs';

const policyChecks = 'src/config/policy-checks.ts';
const itself = 'test/unit/config/a-policy-agrees-with-itself.spec.ts';

/** What must not start. */
export const config = [
  {
    name: 'default-above-the-highest',
    bug: 'a socket gets by naming no priority what it is refused when it names it',
    rows: [],
    file: policyChecks,
    find: 'laneOf(priority) >= laneOf(maxPriority)',
    replace: 'laneOf(priority) >= 0 * laneOf(maxPriority)',
    check: check(itself, 'what has no priority is not above the highest that a client may give'),
  },
  {
    name: 'told-what-ends-its-connection',
    bug: 'a session is told that it may send what is longer than a packet',
    rows: [],
    file: policyChecks,
    find: 'maxMessageBytes <= MAX_PACKET_BYTES',
    replace: 'maxMessageBytes <= MAX_PACKET_BYTES + Infinity',
    check: check(
      itself,
      'or the start is refused, with what there is room for and what it would need',
    ),
  },
  {
    name: 'default-longer-than-a-packet',
    bug: 'where packets are short, a session is told the default length, which ends its connection',
    rows: [],
    file: 'src/config/policy-schema.ts',
    find: 'Math.min(policy.maxMessageBytes, room)',
    replace: 'Math.min(policy.maxMessageBytes, room + Infinity)',
    check: check(
      itself,
      'where the file names no length it is the default, or what there is room for',
    ),
  },
  {
    name: 'headers-have-no-room',
    bug: 'data as long as a session is told ends its connection when the headers are long',
    rows: [],
    file: 'src/config/packet-room.ts',
    find: 'ENVELOPE_BYTES + LIMITS.headers * HEADER_BYTES;',
    replace: 'ENVELOPE_BYTES + 0 * HEADER_BYTES;',
    check: check(
      'test/integration/the-longest-publish-has-room.spec.ts',
      'text of the length that a session is told, with the longest of everything else',
    ),
  },
];

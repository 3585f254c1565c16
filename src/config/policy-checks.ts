import { laneOf } from '../protocol/priority.js';
import type { NamespacePolicy, Policy } from './config.js';
import type { Environment } from './environment-schema.js';
import { isForSockets } from './namespace-policy.js';
import { dataRoom, PACKET_BYTES_MAX, packetFor } from './packet-room.js';

/** A rule that one field alone cannot break. */
interface Check {
  /** The variables that it looks at. */
  readonly about: readonly (keyof Environment)[];
  /** What is wrong with a namespace, and what to do; null: nothing. */
  readonly problemOf: (name: string, policy: NamespacePolicy, env: Environment) => string | null;
}

const CHECKS: readonly Check[] = [
  { about: ['REDIS_MODE', 'BROKER'], problemOf: replicasProblem },
  { about: [], problemOf: priorityProblem },
  { about: ['MAX_PACKET_BYTES', 'TRANSPORTS'], problemOf: lengthProblem },
];

/**
 * Problems that a policy has with itself or with this environment, one line each. Looked for in complete
 * namespaces: what the file leaves out may contradict what it says.
 *
 * @param bad variables that were refused already: a rule that needs one of them is left out
 */
export function policyChecks(
  env: Environment,
  bad: ReadonlySet<string>,
  { namespaces }: Policy,
): string[] {
  const checks = CHECKS.filter(({ about }) => !about.some((name) => bad.has(name)));
  return Object.entries(namespaces).flatMap(([name, policy]) =>
    checks
      .map(({ problemOf }) => problemOf(name, policy, env))
      .filter((problem) => problem !== null)
      .map((problem) => `CARILLON_CONFIG: namespaces.${name}.${problem}`),
  );
}

/** What confirms replicas counts those of the connection it is sent on, and a cluster has many. */
function replicasProblem(
  _name: string,
  { replicas }: NamespacePolicy,
  { REDIS_MODE, BROKER }: Environment,
): string | null {
  if (REDIS_MODE !== 'cluster' || BROKER === 'memory' || replicas === 0) return null;
  return `replicas is ${replicas}, but REDIS_MODE is "cluster", where nothing tells that replicas have a message, so every publish would be refused: set 0, or use sentinel or standalone`;
}

/** A socket would get by saying nothing what it is refused when it says so. */
function priorityProblem(name: string, policy: NamespacePolicy): string | null {
  const { priority, maxPriority } = policy;
  if (!isForSockets(name, policy) || laneOf(priority) >= laneOf(maxPriority)) return null;
  return `maxPriority is "${maxPriority}", but a publish that names no priority is "${priority}" there: set priority to "${maxPriority}", or maxPriority to "${priority}"`;
}

/** A session would be told that it may send what ends its connection. Only where the packet is set: else it has room. */
function lengthProblem(
  name: string,
  policy: NamespacePolicy,
  { MAX_PACKET_BYTES, TRANSPORTS }: Environment,
): string | null {
  const { maxMessageBytes } = policy;
  if (!isForSockets(name, policy) || maxMessageBytes <= MAX_PACKET_BYTES) return null;
  const isPolled = TRANSPORTS.includes('polling');
  const room = dataRoom(MAX_PACKET_BYTES, isPolled);
  const packet = packetFor(maxMessageBytes, isPolled);
  const larger = packet <= PACKET_BYTES_MAX ? `, or MAX_PACKET_BYTES to ${packet} at least` : '';
  return `maxMessageBytes is ${maxMessageBytes}, but MAX_PACKET_BYTES is ${MAX_PACKET_BYTES}, which has to hold the rest of a publish too, and a larger packet closes its connection: set maxMessageBytes to ${room} at most${larger}`;
}

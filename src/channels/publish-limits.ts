import type { NamespacePolicy, Policy } from '../config/config.js';
import { DEFAULT_NAMESPACE } from '../config/policy-schema.js';
import { namespacePolicy } from '../config/namespace-policy.js';
import type { PublishLimits, SessionPush } from '../protocol/pushes/session.js';

/** What a session is told of publishing: the limits of the namespace `default`, and where others hold. */
export type ToldLimits = Omit<SessionPush['limits'], 'channels'>;

/**
 * The limits that sessions are told. Server-only namespaces are left out, and those that need a grant
 * for sessions that have none.
 */
export function publishLimits(policy: Policy, { hasGrants }: { hasGrants: boolean }): ToldLimits {
  const common = limitsOf(namespacePolicy(policy, 'default') ?? DEFAULT_NAMESPACE);
  const namespaces = Object.entries(policy.namespaces)
    .filter(([, { publish }]) => publish === 'anyone' || (publish === 'granted' && hasGrants))
    .filter(([name]) => !name.startsWith('$'))
    .map(([name, rules]) => [name, limitsOf(rules)] as const)
    .filter(([, limits]) => !areSame(limits, common));
  if (namespaces.length === 0) return common;
  return { ...common, namespaces: Object.fromEntries(namespaces) };
}

function limitsOf({ maxMessageBytes, dedupSeconds, rate }: NamespacePolicy): PublishLimits {
  return { maxMessageBytes, dedupSeconds, publishPerSecond: rate.perSecond };
}

function areSame(some: PublishLimits, others: PublishLimits): boolean {
  return (
    some.maxMessageBytes === others.maxMessageBytes &&
    some.dedupSeconds === others.dedupSeconds &&
    some.publishPerSecond === others.publishPerSecond
  );
}

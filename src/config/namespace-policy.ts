import type { NamespacePolicy, Policy } from './config.js';

/**
 * The rules of one namespace; null: nobody may use it. The same object for every namespace that
 * falls back, so that what is counted by policy cannot be multiplied by inventing names.
 */
export function namespacePolicy(policy: Policy, namespace: string): NamespacePolicy | null {
  if (Object.hasOwn(policy.namespaces, namespace)) return policy.namespaces[namespace] ?? null;
  return namespace.startsWith('$') ? null : policy.fallback;
}

/** Whether a socket may publish in the namespace at all, or REST and back ends alone. */
export function isForSockets(namespace: string, { publish }: NamespacePolicy): boolean {
  return publish !== 'server' && !namespace.startsWith('$');
}

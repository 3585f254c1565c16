/** The part of the router's internals that is read; all of it optional, so that a change only costs the 405. */
interface RouteLayer {
  readonly route?: { readonly methods?: Readonly<Record<string, unknown>> };
  match?(path: string): boolean;
}

/** Methods that some route takes at a path, upper case; empty when no route knows the path. */
export function allowedMethods(stack: readonly unknown[], path: string): string[] {
  const methods = new Set<string>();
  // A cast at the boundary: the router publishes no types for its stack.
  for (const layer of stack as readonly RouteLayer[]) {
    if (layer.route?.methods === undefined || !matches(layer, path)) continue;
    for (const method of Object.keys(layer.route.methods)) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].toSorted();
}

function matches(layer: RouteLayer, path: string): boolean {
  try {
    return layer.match?.(path) ?? false;
  } catch {
    // A path that cannot be decoded belongs to no route.
    return false;
  }
}

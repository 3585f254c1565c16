/**
 * The order in which a client tries its urls, drawn by lot (Fisher and Yates), so that the clients of an
 * instance that ends are shared out among the others instead of all meeting at the next in the list.
 *
 * @param keepFirst the first stays first, and only those behind it are drawn
 * @param random from 0 up to 1
 */
export function urlOrder(
  urls: readonly string[],
  keepFirst: boolean,
  random: () => number,
): readonly string[] {
  const order = keepFirst ? urls.slice(0, 1) : [];
  const left = urls.slice(order.length);
  while (left.length > 0) order.push(...left.splice(Math.floor(random() * left.length), 1));
  return order;
}

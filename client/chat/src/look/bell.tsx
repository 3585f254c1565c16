import { toneOf } from './bell-tone.js';

/** The outline of a bell in a box of 40 by 40. */
export const BELL_BODY =
  'M20 6.500c-6.300 0-8.700 4.300-9.200 9.600-.5 5.500-1.300 8.400-4.500 11.200-.7.600-.3 1.900.7 1.900h26c1 0 1.400-1.300.7-1.900-3.200-2.800-4-5.700-4.500-11.200C28.700 10.800 26.300 6.500 20 6.500z';
export const BELL_CROWN = 'M20 6.500V4.200a1.600 1.600 0 1 0-.01 0';
export const BELL_CLAPPER = 'M16.300 31.400a3.750 3.750 0 0 0 7.400 0z';

/** Everybody in a room is a bell of their own metal, marked with their initial. */
export function BellPortrait({ user, name }: { readonly user: string; readonly name: string }) {
  const initial = [...name.trim()][0]?.toUpperCase() ?? '?';
  return (
    <svg className={`bell bell-${toneOf(user)}`} viewBox="3 0.500 34 36" aria-hidden="true">
      <path className="bell-crown" d={BELL_CROWN} />
      <path className="bell-body" d={BELL_BODY} />
      <path className="bell-clapper" d={BELL_CLAPPER} />
      <text className="bell-initial" x="20" y="24" textAnchor="middle">
        {initial}
      </text>
    </svg>
  );
}

/** The mark of the product. */
export function BellMark() {
  return (
    <svg className="bell bell-mark" viewBox="3 0.5 34 36" aria-hidden="true">
      <path className="bell-crown" d={BELL_CROWN} />
      <path className="bell-body" d={BELL_BODY} />
      <path className="bell-clapper" d={BELL_CLAPPER} />
    </svg>
  );
}

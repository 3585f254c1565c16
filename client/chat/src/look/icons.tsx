import type { ReactNode } from 'react';

const PATHS = {
  menu: <path d="M4 7h16M4 12h16M4 17h10" />,
  people: (
    <>
      <circle cx="9" cy="8.5" r="3.25" />
      <path d="M3 19c.5-3.400 2.800-5 6-5s5.500 1.600 6 5M15.500 5.600a3.250 3.250 0 0 1 0 5.800M17.500 14.300c2 .6 3.200 2.200 3.500 4.700" />
    </>
  ),
  send: (
    <path d="M5 12 4 4.800c-.1-.7.6-1.200 1.200-.9l15 7.300c.7.300.7 1.300 0 1.600l-15 7.300c-.6.300-1.300-.2-1.200-.9L5 12zm0 0h7" />
  ),
  image: (
    <>
      <rect x="3.500" y="4.500" width="17" height="15" rx="3" />
      <circle cx="8.800" cy="9.800" r="1.600" />
      <path d="m4 17 4.600-4.200c.5-.5 1.300-.5 1.800 0L15 17l2-1.900c.5-.5 1.300-.5 1.800 0l1.700 1.500" />
    </>
  ),
  close: <path d="m6 6 12 12M18 6 6 18" />,
  check: <path d="m5 12.500 4.500 4.500L19 7.500" />,
  clock: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M12 7.500V12l3 2" />
    </>
  ),
  alert: (
    <>
      <path d="M12 9v4.500M12 16.800v.1" />
      <path d="M10.600 4.300 2.900 17.600A1.600 1.600 0 0 0 4.300 20h15.400a1.600 1.600 0 0 0 1.400-2.400L13.400 4.300a1.600 1.600 0 0 0-2.800 0z" />
    </>
  ),
  retry: <path d="M4.500 12a7.500 7.500 0 1 0 2.400-5.500M4.500 4.500v4h4" />,
  sun: (
    <>
      <circle cx="12" cy="12" r="4" />
      <path d="M12 3v1.500M12 19.500V21M3 12h1.500M19.500 12H21M5.600 5.600l1.100 1.100M17.300 17.300l1.100 1.100M18.400 5.600l-1.100 1.100M6.700 17.300l-1.100 1.100" />
    </>
  ),
  moon: <path d="M20 14.500A8.300 8.300 0 0 1 9.500 4a8.300 8.300 0 1 0 10.500 10.500z" />,
  plus: <path d="M12 5v14M5 12h14" />,
  down: <path d="M12 5v14M6 13l6 6 6-6" />,
  exit: (
    <path d="M10 4H6.500A2.500 2.500 0 0 0 4 6.500v11A2.500 2.500 0 0 0 6.500 20H10M14 8l4 4-4 4M9 12h9" />
  ),
  link: (
    <path d="M10 14a4 4 0 0 0 5.700 0l3-3A4 4 0 1 0 13 5.300l-.8.8M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 1 0 5.700 5.700l.8-.8" />
  ),
  bell: (
    <>
      <path d="M12 4.500c-3.800 0-5.300 2.700-5.600 6-.3 3.400-.8 4.900-2.500 6.300-.4.400-.2 1 .4 1h15.400c.6 0 .8-.6.4-1-1.700-1.400-2.200-2.900-2.500-6.300-.3-3.300-1.800-6-5.600-6zM12 4.500V3" />
      <path d="M10 20.200a2.300 2.300 0 0 0 4 0" />
    </>
  ),
  broken: <path d="M3 12h4l2-4 2 8 1.500-4M15 12h1M19 12h2" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof PATHS;

/** A drawing beside a word or inside a labelled control: it says nothing to a screen reader. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {PATHS[name]}
    </svg>
  );
}

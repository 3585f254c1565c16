import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

/** Closer to the end than this, the reader follows the newest message. */
const FOLLOW_PX = 64;

interface Newest {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly list: RefObject<HTMLDivElement | null>;
  /** Whether the newest message is in view. */
  readonly isAtNewest: boolean;
  readonly jump: () => void;
}

/**
 * Keeps the place of a reader: at the end it follows, elsewhere the row that was on top stays there,
 * whatever is added above, dropped, or grows when a picture loads.
 */
export function useNewest(): Newest {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const anchor = useRef<{ row: Element; top: number }>(undefined);
  const [isAtNewest, setIsAtNewest] = useState(true);

  const settle = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    const held = anchor.current;
    if (follows.current) box.scrollTop = box.scrollHeight;
    else if (held?.row.isConnected) {
      box.scrollTop += held.row.getBoundingClientRect().top - held.top;
    }
  }, []);

  const jump = useCallback(() => {
    follows.current = true;
    setIsAtNewest(true);
    settle();
  }, [settle]);

  useLayoutEffect(() => {
    const unread = list.current?.querySelector('#unread');
    if (!unread) return settle();
    follows.current = false;
    unread.scrollIntoView({ block: 'center' });
  }, [settle]);

  useEffect(() => {
    const box = scroller.current;
    const rows = list.current;
    if (!box || !rows) return undefined;
    let top = box.scrollTop;
    const scrolled = () => {
      const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < FOLLOW_PX;
      // Only a person scrolls up; that the end moved away is what following is for.
      if (isAtEnd) follows.current = true;
      else if (box.scrollTop < top - 1) follows.current = false;
      top = box.scrollTop;
      anchor.current = firstInView(box, rows);
      setIsAtNewest(follows.current);
    };
    scrolled();
    const resized = new ResizeObserver(settle);
    resized.observe(rows);
    resized.observe(box);
    box.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      resized.disconnect();
      box.removeEventListener('scroll', scrolled);
    };
  }, [settle]);

  return { scroller, list, isAtNewest, jump };
}

/** The first row below the upper edge, by bisection: rows stand in order. */
function firstInView(box: Element, rows: Element): { row: Element; top: number } | undefined {
  const edge = box.getBoundingClientRect().top;
  let low = 0;
  let high = rows.children.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const bottom = rows.children[middle]?.getBoundingClientRect().bottom ?? 0;
    if (bottom <= edge) low = middle + 1;
    else high = middle;
  }
  let row: Element | null | undefined = rows.children[low];
  // Lines between messages come and go with what is around them: they hold nothing.
  while (row && !row.hasAttribute('data-key')) row = row.nextElementSibling;
  return row ? { row, top: row.getBoundingClientRect().top } : undefined;
}

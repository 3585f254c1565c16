import { useCallback, useState } from 'react';
import type { Room } from '../rooms/room.js';
import { shrinkImage } from './shrink-image.js';

/** Pictures taken from one drop or paste. */
const AT_ONCE_MAX = 6;

interface Pictures {
  readonly notice: string | undefined;
  readonly send: (files: readonly File[]) => void;
  /** The notice was read, or something else is begun. */
  readonly clear: () => void;
}

/** Makes pictures small enough and sends them to the room, one message each. */
export function usePictures(room: Room, bytesMax: () => number): Pictures {
  const [notice, setNotice] = useState<string>();
  const send = useCallback(
    (files: readonly File[]) => {
      if (files.length === 0) return;
      void (async () => {
        setNotice(files.length === 1 ? 'Making the picture ready' : 'Making the pictures ready');
        const problems: string[] = [];
        for (const file of files.slice(0, AT_ONCE_MAX)) {
          try {
            room.say(await shrinkImage(file, bytesMax()));
          } catch (error) {
            problems.push(error instanceof Error ? error.message : `${file.name} was not sent.`);
          }
        }
        if (files.length > AT_ONCE_MAX) problems.push(`Only ${AT_ONCE_MAX} pictures at once.`);
        setNotice(problems.length === 0 ? undefined : problems.join(' '));
      })();
    },
    [room, bytesMax],
  );
  const clear = useCallback(() => setNotice(undefined), []);
  return { notice, send, clear };
}

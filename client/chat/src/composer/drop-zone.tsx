import { useRef, useState, type DragEvent, type ReactNode } from 'react';
import { Icon } from '../look/icons.js';
import './drop-zone.css';

interface DropZoneProps {
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
}

/** Takes pictures that are dropped anywhere on the conversation. */
export function DropZone({ onFiles, children }: DropZoneProps) {
  const [isOver, setIsOver] = useState(false);
  // Every child that is crossed says enter and leave: only their balance tells.
  const depth = useRef(0);
  const cross = (by: number) => {
    depth.current = Math.max(0, depth.current + by);
    setIsOver(depth.current > 0);
  };
  const ifFiles = (event: DragEvent, act: () => void) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    act();
  };
  return (
    <div
      className="drop-zone"
      onDragEnter={(event) => ifFiles(event, () => cross(1))}
      onDragLeave={(event) => ifFiles(event, () => cross(-1))}
      onDragOver={(event) => ifFiles(event, () => undefined)}
      onDrop={(event) =>
        ifFiles(event, () => {
          cross(-depth.current);
          onFiles([...event.dataTransfer.files]);
        })
      }
    >
      {children}
      {isOver && (
        <div className="drop-here" aria-hidden="true">
          <Icon name="image" />
          Drop to send
        </div>
      )}
    </div>
  );
}

import { useEffect, useRef, type ReactNode } from 'react';
import { Icon } from './look/icons.js';
import './drawer.css';

interface DrawerProps {
  readonly side: 'left' | 'right';
  /** On a narrow page it slides over the conversation; else it is a column. */
  readonly folds: boolean;
  readonly isOpen: boolean;
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A column that becomes a drawer where there is no room for it. */
export function Drawer({ side, folds, isOpen, label, onClose, children }: DrawerProps) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!folds || !isOpen) return undefined;
    const opener = document.activeElement;
    panel.current?.focus();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, [folds, isOpen]);
  const isShown = !folds || isOpen;
  return (
    <>
      {folds && isOpen && <div className="drawer-shade" aria-hidden="true" onClick={onClose} />}
      <aside
        ref={panel}
        className={`drawer drawer-${side}${folds ? ' drawer-folds' : ''}${isShown ? ' drawer-open' : ''}`}
        aria-label={label}
        tabIndex={folds ? -1 : undefined}
        inert={!isShown}
      >
        {folds && (
          <button
            type="button"
            className="quiet-button drawer-close"
            aria-label={`Close ${label.toLowerCase()}`}
            onClick={onClose}
          >
            <Icon name="close" />
          </button>
        )}
        {children}
      </aside>
    </>
  );
}

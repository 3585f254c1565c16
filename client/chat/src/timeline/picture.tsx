import { useEffect, useRef, useState } from 'react';
import { Icon } from '../look/icons.js';
import type { ImageContent } from './content.js';
import './picture.css';

/** A picture in the log; opens large on click. */
export function Picture({ image }: { readonly image: ImageContent }) {
  const url = useBlobUrl(image);
  const [isBroken, setIsBroken] = useState(false);
  const [isLarge, setIsLarge] = useState(false);
  if (isBroken) {
    return (
      <p className="picture-broken">
        <Icon name="broken" /> {image.name} cannot be shown
      </p>
    );
  }
  return (
    <>
      <button
        type="button"
        className="picture"
        aria-label={`Enlarge ${image.name}`}
        onClick={() => setIsLarge(true)}
      >
        {url && <img src={url} alt={image.name} onError={() => setIsBroken(true)} />}
      </button>
      {isLarge && url && (
        <LargePicture url={url} name={image.name} onClose={() => setIsLarge(false)} />
      )}
    </>
  );
}

interface LargePictureProps {
  readonly url: string;
  readonly name: string;
  readonly onClose: () => void;
}

function LargePicture({ url, name, onClose }: LargePictureProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className="large-picture"
      aria-label={name}
      closedby="any"
      onClose={onClose}
    >
      <button type="button" className="large-picture-close" onClick={() => dialog.current?.close()}>
        <img src={url} alt={name} />
        <span className="large-picture-name">
          <span>{name}</span>
          <Icon name="close" />
          <span className="unseen">Close</span>
        </span>
      </button>
    </dialog>
  );
}

/** A URL for the bytes that lives as long as the picture is on the page. */
function useBlobUrl({ bytes, type }: ImageContent): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const created = URL.createObjectURL(new Blob([bytes], { type }));
    setUrl(created);
    return () => URL.revokeObjectURL(created);
  }, [bytes, type]);
  return url;
}

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button } from "./button.tsx";

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  footer?: ComponentChildren;
  wide?: boolean;
  /** Called by Enter in a field; the dialog is then a form. */
  onSubmit?: () => void;
}

/** A modal dialog: the browser's own, so that focus stays inside and Escape closes it. */
export function Dialog({ title, onClose, children, footer, wide, onSubmit }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    ref.current?.showModal();
    return () => before?.isConnected && before.focus();
  }, []);
  return (
    <dialog
      ref={ref} class={"dialog" + (wide ? " wide" : "")} aria-labelledby={id}
      onCancel={(e) => { e.preventDefault(); onClose(); }}
      onKeyDown={(e) => {
        const at = e.target as HTMLElement;
        if (e.key === "Enter" && onSubmit && at.tagName === "INPUT" && at.getAttribute("role") !== "combobox" && !e.isComposing) {
          e.preventDefault();
          onSubmit();
        }
      }}
    >
      <header>
        <h2 id={id} class="grow">{title}</h2>
        <Button kind="quiet" icon="close" aria-label="Close" onClick={onClose} />
      </header>
      <div class="body">{children}</div>
      {footer && <footer>{footer}</footer>}
    </dialog>
  );
}

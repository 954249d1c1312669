import type { ComponentChildren, JSX, Ref } from "preact";
import { Icon, type IconName } from "./icon.tsx";

interface Props extends Omit<JSX.IntrinsicElements["button"], "icon" | "ref" | "size"> {
  kind?: "primary" | "danger" | "quiet";
  icon?: IconName;
  buttonRef?: Ref<HTMLButtonElement>;
  children?: ComponentChildren;
}

/** A button; one with an icon alone needs an aria-label, which is its tooltip, too. */
export function Button({ kind, icon, children, buttonRef, class: extra, ...rest }: Props) {
  const alone = icon && children === undefined;
  return (
    <button
      type="button" ref={buttonRef} title={alone ? (rest["aria-label"] as string) : undefined} {...rest}
      class={["btn", kind, alone && "icon", extra].filter(Boolean).join(" ")}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

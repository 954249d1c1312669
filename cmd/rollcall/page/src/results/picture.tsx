import { asks, words } from "../api.ts";
import { parentName } from "../state.ts";
import { Menu } from "../ui/menu.tsx";
import { toast } from "../ui/toast.tsx";

type What = "breakdown" | "trend" | "overlap";

const SVG = "image/svg+xml", PNG = "image/png";

/** A menu to copy or to download the picture of an answer, which the server draws. */
export function PictureMenu({ what, body, label }: { what: What; body: object; label: string }) {
  const draw = (type: typeof SVG | typeof PNG) => asks.picture(parentName.value, what, body, type);
  const told = async (do_: () => Promise<void>, done: string) => {
    try {
      await do_();
      toast(done);
    } catch (error) {
      toast(error instanceof DOMException && error.name === "NotAllowedError" ? "The browser does not let this page write to the clipboard." : words(error), { bad: true });
    }
  };
  const copySvg = () => told(async () => navigator.clipboard.writeText(await (await draw(SVG)).text()), "Copied the picture as SVG.");
  // The promise goes into the item: else Safari has forgotten the click by the time it is there.
  const copyPng = () => told(() => navigator.clipboard.write([new ClipboardItem({ [PNG]: draw(PNG) })]), "Copied the picture as PNG.");
  const save = (type: typeof SVG | typeof PNG) => told(async () => download(await draw(type), `${parentName.value} ${what}.${type === SVG ? "svg" : "png"}`), "Downloaded the picture.");
  return (
    <Menu
      label={label} icon="copy" items={[
        { label: "Copy as SVG", icon: "copy", onSelect: () => void copySvg() },
        { label: "Copy as PNG", icon: "copy", onSelect: () => void copyPng() },
        { separator: true },
        { label: "Download SVG", icon: "download", onSelect: () => void save(SVG) },
        { label: "Download PNG", icon: "download", onSelect: () => void save(PNG) },
      ]}
    />
  );
}

function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const a = document.createElement("a");
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { problems, text, truth } from "../state.ts";
import { editText } from "../studio.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { toast } from "../ui/toast.tsx";
import { makeEditor, type Editor } from "./editor.ts";

/** The rule as text: the same rule as in the builder, whichever was edited last. */
export function TextPane() {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  useEffect(() => {
    if (!host.current) return;
    const e = makeEditor(host.current, text.peek(), editText);
    editor.current = e;
    const stopText = effect(() => e.setText(text.value));
    const stopProblems = effect(() => e.setProblems(problems.value));
    const select = (event: Event) => e.select((event as CustomEvent<string>).detail);
    document.addEventListener("rollcall:edit-text", select);
    return () => {
      document.removeEventListener("rollcall:edit-text", select);
      stopProblems();
      stopText();
      e.destroy();
      editor.current = null;
    };
  }, []);
  const found = problems.value;
  return (
    <div class="card text-pane">
      <header>
        <h2>As text</h2>
        <span class="tiny muted">{truth.value === "text" && found.length > 0 ? `${found.length} problem${found.length === 1 ? "" : "s"}` : "both ways: edit here or above"}</span>
        <span class="right"><Button kind="quiet" icon="copy" aria-label="Copy the text" onClick={() => void copy()} /></span>
      </header>
      <div class="text-editor" ref={host} />
      {found.length > 0 && (
        <ul class="problems" aria-label="Problems of the text">
          {found.map((p, i) => (
            <li key={i}>
              <button type="button" class="problem" onClick={() => editor.current?.goTo(p)}>
                <Icon name="warn" />
                <span><span class="num muted">{p.file ? `${p.file}: ` : p.line ? `${p.line}:${p.column} ` : ""}</span>{p.message}{p.hint && <span class="muted"> — {p.hint}</span>}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

async function copy(): Promise<void> {
  try {
    await navigator.clipboard.writeText(text.value);
    toast("Copied.");
  } catch {
    toast("The browser does not allow copying here.", { bad: true });
  }
}

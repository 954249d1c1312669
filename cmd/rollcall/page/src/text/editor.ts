// The editor of the rule's text. It lives in a shadow root: there CodeMirror puts its styles
// into constructed style sheets, which the content policy allows, and not into <style>.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { Annotation, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, placeholder } from "@codemirror/view";
import type { ProblemItem } from "../types.ts";
import { complete } from "./complete.ts";
import { highlight, ruleLanguage } from "./language.ts";
import { changeOf, rangeOf } from "./ranges.ts";

/** Marks changes that come from outside, which are no typing. */
const outside = Annotation.define<boolean>();

const look = EditorView.theme({
  "&": { fontSize: "13px", color: "var(--text)", backgroundColor: "var(--surface)", maxHeight: "40vh" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": { padding: "10px 4px", caretColor: "var(--text)", minHeight: "44px" },
  ".cm-line": { padding: "0 10px" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--accent) 26%, transparent)" },
  ".cm-placeholder": { color: "var(--text-3)" },
  ".cm-matchingBracket": { backgroundColor: "var(--accent-soft)", outline: "none" },
  ".cm-nonmatchingBracket": { backgroundColor: "var(--bad-soft)" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line)", borderRadius: "6px", boxShadow: "var(--shadow-pop)", zIndex: "30" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--font)", fontSize: "13px", maxHeight: "16em", padding: "4px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px", borderRadius: "4px", display: "flex", gap: "12px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--text)" },
  ".cm-completionDetail": { marginLeft: "auto", color: "var(--text-3)", fontStyle: "normal", fontVariantNumeric: "tabular-nums" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "650" },
  ".cm-completionIcon": { display: "none" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad) 1.5px", textUnderlineOffset: "3px" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "var(--font)", fontSize: "13px", borderLeft: "3px solid var(--bad)" },
  ".cm-diagnosticAction": { font: "inherit", border: "1px solid var(--line-strong)", borderRadius: "4px", background: "none", color: "var(--text)", cursor: "pointer", marginLeft: "8px" },
});

/** Types over a selection. Left to itself, the browser would keep the look of what was
    selected by an inline style, which the content policy forbids and the console tells of. */
function typedOver(event: InputEvent, view: EditorView): boolean {
  const { from, to, empty } = view.state.selection.main;
  const text = event.data;
  if (event.inputType !== "insertText" || event.isComposing || empty || !text) return false;
  event.preventDefault();
  const insert = () => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
  if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert))) view.dispatch(insert());
  return true;
}

export interface Editor {
  setText: (text: string) => void;
  setProblems: (problems: ProblemItem[]) => void;
  select: (text: string) => void;
  goTo: (problem: ProblemItem) => void;
  destroy: () => void;
}

/** Makes an editor in a host element. */
export function makeEditor(host: HTMLElement, doc: string, onChange: (text: string) => void): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const view = new EditorView({
    root, parent: root,
    state: EditorState.create({
      doc,
      extensions: [
        history(), drawSelection(), bracketMatching(), closeBrackets(), EditorView.lineWrapping, ruleLanguage, syntaxHighlighting(highlight), look,
        autocompletion({ override: [complete], icons: false, activateOnTyping: true }),
        placeholder("loyalty_tier = 'Gold' and purchase in last 30 days"),
        keymap.of([
          { key: "Alt-Enter", run: startCompletion },
          // Tab leaves the editor: who uses the keyboard must not be caught in it.
          ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap,
        ]),
        EditorView.domEventHandlers({ beforeinput: typedOver }),
        EditorView.contentAttributes.of({ "aria-label": "Rule as text", spellcheck: "false", autocapitalize: "off" }),
        EditorView.updateListener.of((u) => {
          if (u.docChanged && !u.transactions.some((t) => t.annotation(outside))) onChange(u.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText(text) {
      const change = changeOf(view.state.doc.toString(), text);
      if (change) view.dispatch({ changes: change, annotations: outside.of(true) });
    },
    setProblems(problems) {
      view.dispatch(setDiagnostics(view.state, problems.filter((p) => !p.file).map((p) => diagnostic(p, view.state.doc.length))));
    },
    select(text) {
      const at = view.state.doc.toString().indexOf(text);
      if (at >= 0) view.dispatch({ selection: { anchor: at, head: at + text.length }, scrollIntoView: true });
      view.focus();
    },
    goTo(p) {
      const { from, to } = rangeOf(p, view.state.doc.length);
      view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

function diagnostic(p: ProblemItem, length: number): Diagnostic {
  const { from, to } = rangeOf(p, length);
  const nearest = p.nearest;
  return {
    from, to, severity: "error", message: p.message + (p.hint ? ` — ${p.hint}` : ""),
    actions: nearest ? [{ name: `Use “${nearest}”`, apply: (view, a, b) => view.dispatch({ changes: { from: a, to: b, insert: nearest } }) }] : [],
  };
}

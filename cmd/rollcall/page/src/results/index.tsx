// The pictures and members of the audience, and its export.

export function ResultsPanel() {
  return null;
}

export function ExportDialog(_: { onClose: () => void }) {
  return null;
}

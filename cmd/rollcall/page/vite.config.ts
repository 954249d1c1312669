import { defineConfig } from "vite";

// The page is served from the root of `rollcall serve`. Its files are embedded in the
// binary, so the build must give the same bytes everywhere: names by content, no dates.
export default defineConfig({
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    chunkSizeWarningLimit: 1_000, // In kB: the editor is most of it, and everything is on this machine.
    license: { fileName: "licenses.md" }, // Of what is bundled; served at /licenses.md.
    assetsInlineLimit: 0, // The content policy allows no data: but of pictures.
    modulePreload: { polyfill: false }, // The polyfill would be one more script.
    reportCompressedSize: false,
  },
  server: { host: "127.0.0.1", port: 5173, proxy: { "/api": "http://127.0.0.1:8765" } },
});

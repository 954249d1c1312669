import "./style.css"; // First: the others build on its tokens.
import "./layout.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { follow } from "./route.ts";
import { startSession } from "./session.ts";
import { followTheme } from "./theme.ts";
import { followTitle } from "./title.ts";

followTheme();
followTitle();
follow();
void startSession();
const at = document.getElementById("app");
if (at) render(<App />, at);

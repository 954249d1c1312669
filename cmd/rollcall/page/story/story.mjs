// Walks the page as a marketer would, from a configuration to an exported audience, and
// fails where it does not show what it should:
//
//	node story.mjs URL FOLDER-OF-FILES CONFIGURATION PICTURES
//
// The server at URL is new and empty. PICTURES is the folder that screenshots go to.
// ROLLCALL_CHROMIUM is the browser.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [url, files, configuration, pictures] = process.argv.slice(2);
const rule = "loyalty_tier = 'Gold' and purchase in last 30 days";

const browser = await chromium.launch({ executablePath: process.env.ROLLCALL_CHROMIUM, args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, acceptDownloads: true, reducedMotion: "reduce" });
context.setDefaultTimeout(20_000);
const page = await context.newPage();

// Whatever the browser complains about is a fault: scripts that fail, styles that the
// content policy refuses.
const complaints = [];
page.on("pageerror", (error) => complaints.push(error.message));
page.on("console", (message) => {
  const expected = message.text().includes("Failed to load resource"); // of answers that are errors
  if (["error", "warning"].includes(message.type()) && !expected) complaints.push(message.text());
});

let steps = 0;
let shots = 0;
async function step(what, f) {
  steps++;
  try {
    await f();
  } catch (error) {
    await page.screenshot({ path: join(pictures, "failed.png") });
    console.error(`${what}:`, error, await page.locator("body").ariaSnapshot(), complaints);
    process.exit(1);
  }
}
async function shot(name) {
  shots++;
  await page.evaluate(() => document.activeElement?.blur());
  await page.waitForLoadState("networkidle");
  const toasts = page.locator(".toast").getByRole("button", { name: "Dismiss" });
  while ((await toasts.count()) > 0) await toasts.first().click();
  await page.screenshot({ path: join(pictures, name + ".png"), animations: "disabled" });
}
const button = (name, within = page) => within.getByRole("button", { name, exact: true });
const dialog = (name) => page.getByRole("dialog", { name });
const count = page.getByTestId("count");
const text = page.getByRole("textbox", { name: "Rule as text" });
const condition = (number) => page.getByRole("group", { name: "Rule" }).getByRole("listitem").nth(number - 1);
async function nav(name) {
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true }).click();
}
async function write(content) {
  await text.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(content);
}
async function add(name) {
  await page.getByRole("combobox", { name: "Add condition" }).fill(name);
  await page.getByRole("option", { name }).first().click();
}

await page.goto(url);

await step("register a connection", async () => {
  await nav("Connections");
  await button("Add connection").click();
  const d = dialog("Add connection");
  await d.getByRole("textbox", { name: "Name" }).fill("shop");
  await d.getByRole("combobox", { name: "Kind" }).selectOption("files");
  await d.getByRole("textbox", { name: "Folder" }).fill(files);
  await button("Save", d).click();
  await page.getByRole("row", { name: /shop/ }).waitFor();
});

await step("upload a configuration", async () => {
  await nav("Parent segments");
  await button("Upload configuration").click();
  const d = dialog("Upload configuration");
  await d.getByLabel("Configuration file").setInputFiles(configuration);
  await button("Upload", d).click();
  await page.getByRole("row", { name: /CDNOW customers/ }).getByText("ready").waitFor();
  await shot("parents");
});

await step("build the rule by hand, count as it changes", async () => {
  await nav("Build");
  await count.getByText("23,570").waitFor();
  await button(/^as of/).click();
  await page.getByRole("textbox", { name: "As of" }).fill("1998-07-01");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await add("loyalty_tier");
  await condition(1).getByRole("combobox", { name: "Operator" }).selectOption({ label: "is" });
  await condition(1).getByRole("combobox", { name: "Value" }).fill("Gold");
  await page.keyboard.press("Enter");
  await count.getByText("734", { exact: true }).waitFor();
  await add("purchase");
  await condition(2).getByRole("combobox", { name: "Window", exact: true }).selectOption({ label: "in the last" });
  await condition(2).getByRole("textbox", { name: "Window length" }).fill("30");
  await count.getByText("315", { exact: true }).waitFor();
  assert.equal((await text.innerText()).trim(), rule);
  await shot("build");
});

await step("the same rule as text, both ways", async () => {
  await write("loyalty_tier = 'Gold' and purchase in last 90 days");
  await count.getByText("524", { exact: true }).waitFor();
  assert.equal(await condition(2).getByRole("textbox", { name: "Window length" }).inputValue(), "90");
  await write("loyalty_teir = 'Gold'");
  await page.getByText(/did you mean "loyalty_tier"/).first().waitFor();
  await shot("error");
  await write(rule);
  await count.getByText("315", { exact: true }).waitFor();
});

await step("break it down", async () => {
  await page.getByRole("tab", { name: "Breakdown" }).click();
  const row = page.getByRole("row", { name: /1997-01/ });
  if (!(await row.isVisible())) {
    await page.getByRole("combobox", { name: "By" }).fill("cohort");
    await page.getByRole("option", { name: "cohort" }).click();
  }
  await row.getByText("123").waitFor();
  await shot("breakdown");
});

await step("its size over time", async () => {
  await page.getByRole("tab", { name: "Trend" }).click();
  await page.getByText(/no history/).first().waitFor();
  await shot("trend");
});

await step("who they are", async () => {
  await page.getByRole("tab", { name: "Members" }).click();
  const show = button("Show members");
  if (await show.isVisible()) await show.click();
  await page.getByRole("cell", { name: "00048" }).or(page.getByRole("rowheader", { name: "00048" })).first().waitFor();
  await page.getByRole("button", { name: "00048" }).or(page.getByRole("link", { name: "00048" })).first().click();
  await page.getByText(/2008|1998-0[0-9]-/).first().waitFor();
  await shot("profile");
});

await step("save it", async () => {
  await button("Save").click();
  const d = dialog("Save segment");
  await d.getByRole("combobox", { name: "Folder" }).fill("Loyalty");
  await d.getByRole("textbox", { name: "Name" }).fill("Gold buyers");
  await button("Save", d).click();
  await d.waitFor({ state: "hidden" });
  await page.getByRole("heading", { name: /Gold buyers/ }).waitFor();
});

await step("export it", async () => {
  await button("Export").click();
  const d = dialog("Export audience");
  await d.getByRole("combobox", { name: "Format" }).selectOption("csv");
  await button("Start export", d).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download" }).first().click(),
  ]);
  const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
  assert.equal(lines.length, 1 + 315);
  await page.keyboard.press("Escape");
});

await step("reload: all is there", async () => {
  await page.reload();
  await page.getByRole("tab", { name: "Segments" }).click();
  await page.getByText("Gold buyers").first().waitFor();
  await nav("Jobs");
  await page.getByRole("row", { name: /export/ }).first().waitFor();
  await shot("jobs");
  await nav("Audit");
  await page.getByRole("row", { name: /list/ }).first().waitFor();
  await shot("audit");
});

await step("in the dark, and on a telephone", async () => {
  await page.emulateMedia({ colorScheme: "dark" });
  await nav("Build");
  await write(rule);
  await count.getByText("315", { exact: true }).waitFor();
  await page.getByRole("row", { name: /1997-01/ }).waitFor();
  await shot("dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 360, height: 760 });
  await shot("narrow");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 360, `the page is ${width} px wide on a screen of 360`);
});

await browser.close();
assert.deepEqual(complaints, []);
console.log(`${steps} steps of the story, ${shots} pictures`);

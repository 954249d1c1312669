// Walks the page as a marketer would, from a configuration to an exported audience, and
// fails where it does not show what it should:
//
//	node story.mjs URL FOLDER-OF-FILES CONFIGURATION PICTURES
//
// The server at URL is new and empty. PICTURES is the folder that screenshots go to.
// ROLLCALL_CHROMIUM is the browser.
import assert from "node:assert/strict";
import { begin, rule } from "./browser.mjs";

const [url, files, configuration, pictures] = process.argv.slice(2);
const { page, step, shot, button, dialog, count, condition, nav, write, connect, upload, lookFrom, build, divide, openMember, exported, end } = await begin(url, pictures);

await step("register a connection", () => connect("shop", "files", (d) => d.getByRole("textbox", { name: "Folder" }).fill(files)));

await step("upload a configuration", async () => {
  await upload(configuration, "copied", "ready");
  await shot("parents");
});

await step("build the rule by hand, count as it changes", async () => {
  await nav("Build");
  await count.getByText("23,570").waitFor();
  await lookFrom("1998-07-01");
  await build(() => count.getByText("734", { exact: true }).waitFor());
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
  await divide();
  await shot("breakdown");
});

await step("its size over time", async () => {
  await page.getByRole("tab", { name: "Trend" }).click();
  await page.getByText(/no history/).first().waitFor();
  await shot("trend");
});

await step("who they are", async () => {
  await openMember("00048");
  await page.getByText(/1998-0[0-9]-/).first().waitFor();
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
  assert.equal((await exported()).length, 1 + 315);
});

await step("export what was different a month before", async () => {
  await lookFrom("1998-06-01");
  await count.getByText("316", { exact: true }).waitFor();
  const lines = await exported(async (d) => {
    const what = d.getByRole("combobox", { name: "What is written" });
    await what.selectOption({ label: "changes since job 2 · as of 1998-07-01 · 315 customers" });
    await shot("export");
  });
  const changes = lines.slice(1).map((line) => line.split(",")[1]);
  assert.deepEqual([changes.filter((c) => c === "entered").length, changes.filter((c) => c === "left").length, changes.length], [137, 136, 137 + 136]);
  await lookFrom("1998-07-01");
  await count.getByText("315", { exact: true }).waitFor();
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
  const views = page.getByRole("group", { name: "View" });
  for (const [view, heading] of [["Fields", "Fields and segments of CDNOW customers"], ["Audience", "Audience of New rule"], ["Rule", /New rule/]]) {
    await button(view, views).click();
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
  }
});

await end();

"use strict";
// Adds what HTML and CSS cannot: sorting, searching, the domains of one finding, copying. Without it
// the page is complete. The fragment sets the view, so that one can be linked to: #sort=-critical,
// #show=warning, #find=shop, #finding=spf-missing.
const table = document.getElementById("domains");
const body = table.tBodies[0];
const heads = [...table.tHead.rows[0].cells];
const rows = [...body.rows];
const collator = new Intl.Collator("en", { numeric: true });

function make(element, properties, ...children) {
  const made = Object.assign(document.createElement(element), properties);
  made.append(...children);
  return made;
}

// Sorting. A row is moved, its findings below stay where they are.
function sortBy(head, descending) {
  const column = heads.indexOf(head);
  const keys = new Map(rows.map((row) => [row, row.cells[column].dataset.key ?? row.cells[column].textContent]));
  const sorted = [...rows].sort((a, b) => collator.compare(keys.get(a), keys.get(b)));
  body.append(...(descending ? sorted.reverse() : sorted));
  for (const other of heads) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
}

for (const head of heads) {
  const first = head.classList.contains("number");
  const button = make("button", { type: "button" }, head.textContent);
  button.onclick = () => sortBy(head, head.ariaSort ? head.ariaSort === "ascending" : first);
  head.replaceChildren(button);
}

// The findings of a domain are text until they are wanted.
function fill(detail) {
  const text = detail.querySelector("noscript");
  if (!text) return;
  const holder = make("div", { innerHTML: text.textContent });
  for (const records of holder.querySelectorAll("pre")) {
    const button = make("button", { type: "button", className: "copy" }, "Copy");
    button.onclick = () => copy(records, button);
    records.before(button);
  }
  text.replaceWith(...holder.childNodes);
}

async function copy(records, button) {
  try {
    await navigator.clipboard.writeText(records.textContent);
  } catch {  // a browser that allows it only to pages from a server
    getSelection().selectAllChildren(records);
    if (!document.execCommand("copy")) return;
    getSelection().removeAllRanges();
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

const details = [...document.querySelectorAll("details")];
for (const detail of details) detail.ontoggle = () => fill(detail);

// Searching, and the domains of one finding. A row matches by its name and the ids of its findings.
const texts = rows.map((row) => (row.cells[0].textContent + " " + row.dataset.ids).toLowerCase());
const idLists = rows.map((row) => row.dataset.ids.split(" "));
const field = make("input", { type: "search", placeholder: "Find a domain or finding" });
field.setAttribute("aria-label", field.placeholder);
const chosen = make("button", { type: "button", className: "chosen", hidden: true });
const status = make("p", { className: "soft" });
status.setAttribute("role", "status");
let finding = "";

function refresh() {
  const wanted = field.value.trim().toLowerCase();
  const state = document.querySelector("fieldset input:checked").id.slice("show-".length);
  let shown = 0;
  rows.forEach((row, i) => {
    const matches = texts[i].includes(wanted) && (finding === "" || idLists[i].includes(finding));
    if (matches && (state === "all" || row.dataset.state === state)) ++shown;
    row.toggleAttribute("data-missed", !matches);
    details[i].toggleAttribute("data-missed", !matches);
  });
  chosen.hidden = finding === "";
  chosen.textContent = `Only ${finding} \u2715`;
  chosen.setAttribute("aria-label", `Only ${finding}: show all findings again`);
  status.textContent = shown === 0 ? "Nothing matches." : `${shown} of ${rows.length} shown`;
}

field.oninput = refresh;
chosen.onclick = () => {
  finding = "";
  refresh();
};
for (const choice of document.querySelectorAll("fieldset input")) choice.onchange = refresh;
for (const link of document.querySelectorAll("[data-finding]")) link.href = "#finding=" + link.dataset.finding;
table.before(make("div", { className: "search" }, field, chosen, status));

// Printing: everything is open, apart from what is in order.
let opened = [];
addEventListener("beforeprint", () => {
  opened = details.filter((detail) => !detail.open);
  for (const detail of opened) {
    fill(detail);
    detail.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const detail of opened) detail.open = false;
});

function follow() {
  const fragment = decodeURIComponent(location.hash.slice(1));
  const detail = document.getElementById(fragment);
  if (detail && detail.tagName === "DETAILS") {
    fill(detail);
    detail.open = true;
    detail.scrollIntoView();
  }
  for (const [name, value] of new URLSearchParams(fragment)) {
    const head = heads.find((one) => one.dataset.name === value.replace(/^-/, ""));
    if (name === "sort" && head) sortBy(head, value.startsWith("-"));
    if (name === "show") document.getElementById("show-" + value)?.click();
    if (name === "find") field.value = value;
    if (name === "finding") {
      finding = value;
      table.scrollIntoView();
    }
  }
  refresh();
}
addEventListener("hashchange", follow);
follow();

"use strict";
// Adds what HTML and CSS cannot: sorting and searching. The page is whole without it.
// The fragment sets both, so that a view can be linked to: #sort=-critical, #show=warning, #find=shop.
const table = document.getElementById("domains");
const body = table.tBodies[0];
const heads = [...table.tHead.rows[0].cells];

function sortBy(head, descending) {
  const column = heads.indexOf(head);
  const key = (row) => row.cells[column].dataset.key ?? row.cells[column].textContent;
  const compare = (a, b) => key(a).localeCompare(key(b), "en", { numeric: true });
  const rows = [...body.rows].sort((a, b) => (descending ? compare(b, a) : compare(a, b)));
  body.append(...rows);
  for (const other of heads) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
}

for (const head of heads) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  const first = head.classList.contains("number");
  button.onclick = () => sortBy(head, head.ariaSort ? head.ariaSort === "ascending" : first);
  head.replaceChildren(button);
}

const search = document.createElement("p");
search.className = "search";
const field = document.createElement("input");
field.type = "search";
field.placeholder = "Find a domain or finding";
field.setAttribute("aria-label", field.placeholder);
field.oninput = () => {
  const wanted = field.value.trim().toLowerCase();
  for (const row of body.rows) {
    const detail = document.getElementById(row.dataset.detail);
    const missed = !detail.textContent.toLowerCase().includes(wanted);
    row.toggleAttribute("data-missed", missed);
    detail.toggleAttribute("data-missed", missed);
  }
};
search.append(field);
table.before(search);

function follow() {
  const fragment = decodeURIComponent(location.hash.slice(1));
  const detail = document.getElementById(fragment);
  if (detail && detail.tagName === "DETAILS") detail.open = true;
  for (const [name, value] of new URLSearchParams(fragment)) {
    const head = heads.find((one) => one.dataset.name === value.replace(/^-/, ""));
    if (name === "sort" && head) sortBy(head, value.startsWith("-"));
    if (name === "show") document.getElementById("show-" + value)?.click();
    if (name === "find") {
      field.value = value;
      field.oninput();
    }
  }
}
addEventListener("hashchange", follow);
follow();

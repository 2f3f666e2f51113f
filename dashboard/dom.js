// Elements without a framework: h("p", {class: "x"}, "text", child) and svg("path", {d}). Text is always text.

const space = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name.startsWith("--")) node.style.setProperty(name, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const h = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
export const svg = (name, attributes, ...children) => fill(document.createElementNS(space, name), attributes, children);
export const at = (id) => document.getElementById(id);

// Puts `node` in place of what `id` holds, but only if it says something else: a reader's focus, selection and scroll
// position stay where they are while nothing changes.
export function show(id, ...nodes) {
  const box = at(id);
  const fresh = h("div", null, ...nodes);
  if (box.dataset.html === fresh.innerHTML) return;
  const open = [...box.querySelectorAll("details")].map((one) => one.open);
  box.dataset.html = fresh.innerHTML;
  box.replaceChildren(...fresh.childNodes);
  box.querySelectorAll("details").forEach((one, i) => (one.open = open[i] ?? false));
}

export function say(id, text) {
  const node = at(id);
  if (node.textContent !== text) node.textContent = text;
}

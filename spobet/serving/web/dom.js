// Small helpers for the page's elements.

export const part = (id) => document.getElementById(id);

export function element(kind, attributes = {}, ...children) {
  const made = document.createElement(kind);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  made.append(...children);
  return made;
}

export function button(words, action, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", action);
  return made;
}

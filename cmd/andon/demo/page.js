// Updates the page in place, so that focus and scrolling stay where they are.
// Without it the page reloads.
const morph = (old, now) => {
  if (old.nodeName !== now.nodeName) return old.replaceWith(now);
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== now.data) old.data = now.data;
    return;
  }
  for (const name of old.getAttributeNames()) if (!now.hasAttribute(name)) old.removeAttribute(name);
  for (const name of now.getAttributeNames()) if (old.getAttribute(name) !== now.getAttribute(name)) old.setAttribute(name, now.getAttribute(name));
  const before = [...old.childNodes], after = [...now.childNodes];
  after.forEach((node, i) => before[i] ? morph(before[i], node) : old.append(node));
  before.slice(after.length).forEach(node => node.remove());
};
const show = text => {
  // Only main: the nonce of the new page's style is not the one of this page.
  const part = text.slice(text.indexOf("<main>"), text.indexOf("</main>"));
  const main = new DOMParser().parseFromString(part, "text/html").querySelector("main");
  if (!main) throw new Error("the answer is not the page");
  document.title = [...main.querySelectorAll("h1")].map(h => h.textContent + " · ").join("") + "andon demo";
  morph(document.querySelector("main"), main);
};
let quiet = 0; // a notice stays for some rounds
const look = async () => {
  try {
    if (quiet-- <= 0) show(await (await fetch(location.href)).text());
    document.getElementById("alive").textContent = "Updates by itself.";
  } catch {
    document.getElementById("alive").textContent = "The demo does not answer: is it still running?";
  }
  setTimeout(look, 1000);
};
document.addEventListener("submit", async event => {
  event.preventDefault();
  const answer = await fetch(event.target.action, {method: "POST", body: new URLSearchParams(new FormData(event.target, event.submitter))});
  quiet = answer.ok ? 0 : 8;
  show(await answer.text());
});
setTimeout(look, 1000);

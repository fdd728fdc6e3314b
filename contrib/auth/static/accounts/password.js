// A button below each password shows what was typed. Without this script there is none.
const texts = document.querySelector("main[data-show]")?.dataset;

for (const field of texts ? document.querySelectorAll("input[type=password]") : []) {
  const button = document.createElement("button");
  const name = field.labels[0]?.textContent.trim() ?? "";
  button.type = "button";
  button.className = "reveal";
  const show = (on) => {
    field.type = on ? "text" : "password";
    field.spellcheck = false;
    field.autocapitalize = "none";
    button.textContent = on ? texts.hide : texts.show;
    button.setAttribute("aria-label", button.textContent + ": " + name);
  };
  button.setAttribute("aria-controls", field.id);
  button.addEventListener("click", () => show(field.type === "password"));
  // A text is kept by the browser for later forms, a password is not.
  field.form?.addEventListener("submit", () => show(false));
  show(false);
  field.after(button);
}

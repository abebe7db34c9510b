// Says what a chosen image weighs before it is sent; the server decides.

const MOST = 10 * 1024 * 1024;

for (const form of document.querySelectorAll("form[data-upload]")) {
  const said = form.querySelector("[data-said]");
  form.querySelector("input[type=file]").addEventListener("change", (event) => {
    const file = event.target.files[0];
    if (!file) { said.textContent = ""; return; }
    const lang = document.documentElement.lang;
    const mega = file.size > 1024 * 1024;
    const unit = mega ? "megabyte" : "kilobyte";
    const number = mega ? file.size / 1024 / 1024 : Math.ceil(file.size / 1024);
    const size = new Intl.NumberFormat(lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(number);
    said.textContent = (file.size > MOST ? form.dataset.heavy : form.dataset.weight).replace("{size}", size);
  });
}

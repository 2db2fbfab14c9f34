// The interface's description, drawn by Swagger UI; without scripts the page shows its own table.
const place = document.getElementById("interface");
window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  validatorUrl: null,
  deepLinking: true,
  tryItOutEnabled: false,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});

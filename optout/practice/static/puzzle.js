"use strict";
document.getElementById("person").addEventListener("click", (event) => {
  if (event.isTrusted) parent.postMessage("person", location.origin);
});

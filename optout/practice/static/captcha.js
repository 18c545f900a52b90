"use strict";
// The frame says when a person pressed its button.
addEventListener("message", (event) => {
  if (event.origin === location.origin && event.data === "person") {
    document.getElementById("captcha-challenge").submit();
  }
});

/*
 * Puts the desk's answer on the page as soon as there is one.
 *
 * The page says by an address where the answer is asked for; what comes back is made by the same code as the page. Where
 * this file does not run, the browser looks at the whole page again, and the page's own button always does.
 *
 * Nobody is asked for a page that nobody looks at. Whoever comes back to it after a while, or wakes his machine, is where
 * he was when he sent something: it is asked again from the start. A server that fails, or that is asked too much for its
 * liking, is asked less and less often. When the asking ends without an answer, the page says so.
 */
(function () {
  'use strict';

  // Until that age in milliseconds, ask in such steps: most answers are there within three seconds.
  var PAUSES = [[3000, 250], [10000, 500], [70000, 1000], [370000, 5000]];
  var OVERSLEPT = 30000; // so much later than it should, a timer comes only where the machine or the page was asleep
  var PASSING = [403, 408, 425, 429]; // how servers, and what stands before them, refuse who asks too often
  var FAULT_AT_LEAST = 1000;
  var FAULT_AT_MOST = 60000;

  function follow(place) {
    var began = Date.now();
    var address = place.getAttribute('data-supportbridge-live');
    var stopped = place.getAttribute('data-supportbridge-stopped');
    var shown = null;
    var timer = 0;
    var last = began;
    var left = 0;
    var fault = 0; // how long to wait at least since the server has not answered, in milliseconds
    var isAsking = false;
    var isStopped = false;
    var isDone = false;

    function pause() {
      var age = Date.now() - began;
      for (var at = 0; at < PAUSES.length; at += 1) {
        if (age < PAUSES[at][0]) {
          return Math.max(PAUSES[at][1], fault);
        }
      }
      return 0;
    }

    function wait() {
      var next = pause();
      var due;
      if (next === 0) {
        stop();
        return;
      }
      next += last - Date.now();
      if (next <= 0) {
        ask();
        return;
      }
      due = Date.now() + next;
      timer = window.setTimeout(function () {
        if (Date.now() - due > OVERSLEPT) {
          beginAnew();
        }
        ask();
      }, next);
    }

    function beginAnew() {
      began = Date.now();
      isStopped = false;
      shown = shown || ''; // the page may be older than what is told next
    }

    function stop() {
      isStopped = true;
      var help = place.querySelector('[data-supportbridge="answer-help"]');
      if (help !== null && stopped) {
        help.textContent = stopped;
        shown = ''; // what the page says is not what was told last
      }
    }

    function wake() {
      if (document.hidden) {
        left = Date.now();
        return;
      }
      if (isDone) {
        return;
      }
      if (isStopped || Date.now() - left > OVERSLEPT) {
        beginAnew();
        last = 0;
      }
      if (!isAsking) { // otherwise the end of what is on its way goes on
        window.clearTimeout(timer);
        wait(); // whoever goes to and fro between two windows costs no more than who stays
      }
    }

    function show(html, done) {
      var hadFocus = place.contains(document.activeElement);
      if (html === '' || html === shown) {
        return;
      }
      if (shown === null && !done) { // the page has just been made with the same
        shown = html;
        return;
      }
      shown = html;
      place.innerHTML = html;
      if (hadFocus) {
        place.focus();
      }
    }

    // How long to wait after what was no answer; 0 where nothing more can be learned.
    function faultOf(request) {
      var wished = 1000 * parseInt(request.getResponseHeader('Retry-After') || '', 10);
      if (request.status !== 0 && request.status < 500 && PASSING.indexOf(request.status) < 0) {
        return 0;
      }
      if (wished > 0) {
        return wished > PAUSES[PAUSES.length - 1][0] ? 0 : Math.max(wished, FAULT_AT_LEAST);
      }
      return Math.min(Math.max(2 * pause(), FAULT_AT_LEAST), FAULT_AT_MOST);
    }

    function answered(request) {
      var reply = null;
      try {
        reply = JSON.parse(request.responseText);
      } catch (error) {
        reply = null; // the login page, for instance: nothing more can be learned here
      }
      if (request.status !== 200 || reply === null || typeof reply.html !== 'string') {
        fault = faultOf(request);
        return fault > 0;
      }
      fault = 0;
      isDone = reply.done === true;
      show(reply.html, isDone);
      return !isDone;
    }

    function ask() {
      var request = new XMLHttpRequest();
      if (document.hidden || isAsking) {
        return; // coming back asks, and so does the end of what is on its way
      }
      isAsking = true;
      request.open('GET', address, true);
      request.timeout = 10000;
      request.onloadend = function () {
        isAsking = false;
        last = Date.now();
        if (answered(request)) {
          wait();
        } else if (!isDone) {
          stop();
        }
      };
      request.send();
    }

    document.addEventListener('visibilitychange', wake);
    wait();
  }

  function begin() {
    var places = document.querySelectorAll('[data-supportbridge-live]');
    for (var at = 0; at < places.length; at += 1) {
      follow(places[at]);
    }
  }

  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', begin);
  } else {
    begin();
  }
}());

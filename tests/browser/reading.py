"""What makes a page hard to read or to use, asked of the browser itself.

It believes the numbers of WCAG 2.1, level AA: text stands out from its ground by 4.5 to 1, large text by 3 to 1; a page
is usable at a phone's width without scrolling sideways; whatever can be used has a name, and whatever has the focus
shows it.
"""

FAULTS = """() => {
    const found = [];
    const ours = [...document.querySelectorAll('.supportbridge-page, .supportbridge-account')];
    if (ours.length === 0) found.push('nothing of ours is on the page');
    const name = (one) => one.tagName.toLowerCase() + '.' + one.className + ' ' + one.textContent.trim().slice(0, 40);

    // Width: the page as a whole, and nothing of ours beyond its own place unless it scrolls by itself.
    if (document.documentElement.scrollWidth > window.innerWidth) {
        found.push('scrolls sideways: ' + document.documentElement.scrollWidth);
    }

    // Names, labels, order of headings.
    for (const one of document.querySelectorAll('main input:not([type=hidden]), main textarea, main select')) {
        if (one.labels.length === 0 && !one.getAttribute('aria-label')) found.push('no label: ' + one.name);
    }
    for (const one of document.querySelectorAll('main a, main button, main summary, main [role=img]')) {
        const said = (one.getAttribute('aria-label') || one.textContent).trim();
        if (said === '') found.push('no name: ' + one.outerHTML.slice(0, 80));
    }
    let level = 0;
    for (const one of document.querySelectorAll('h1, h2, h3, h4')) {
        const its = Number(one.tagName[1]);
        if (its > level + 1) found.push('heading out of order: ' + name(one));
        level = its;
    }
    const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
    for (const id of ids.filter((one, at) => ids.indexOf(one) !== at)) found.push('twice: #' + id);
    for (const one of document.querySelectorAll('main [aria-labelledby], main [aria-describedby]')) {
        const named = one.getAttribute('aria-labelledby') || one.getAttribute('aria-describedby');
        for (const id of named.split(' ')) if (!document.getElementById(id)) found.push('leads nowhere: #' + id);
    }

    // Contrast of every word.
    const parsed = (colour) => {
        const [red, green, blue, alpha = 1] = colour.match(/[\\d.]+/g).map(Number);
        return {rgb: [red, green, blue], alpha};
    };
    const over = (upper, lower) => upper.rgb.map((one, at) => one * upper.alpha + lower[at] * (1 - upper.alpha));
    const ground = (one) => {
        const layers = [];
        for (let at = one; at; at = at.parentElement) layers.push(parsed(getComputedStyle(at).backgroundColor));
        return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
    };
    const luminance = (rgb) => {
        const [red, green, blue] = rgb.map((one) => one / 255).map(
            (one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4
        );
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const told = new Set();
    for (const part of ours) {
        const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const one = walker.currentNode.parentElement;
            if (walker.currentNode.data.trim() === '' || one.getClientRects().length === 0) continue;
            const style = getComputedStyle(one);
            const behind = ground(one);
            const [low, high] = [luminance(over(parsed(style.color), behind)), luminance(behind)].sort((a, b) => a - b);
            const size = parseFloat(style.fontSize);
            const isLarge = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
            const ratio = (high + 0.05) / (low + 0.05);
            if (ratio < (isLarge ? 3 : 4.5)) told.add(`contrast ${ratio.toFixed(2)}: ${name(one)}`);
        }
    }
    return [...found, ...told];
}"""

FOCUS = """() => {
    const one = document.activeElement;
    if (one === document.body) return null;
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    return {
        shown: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none',
        seen: box.width > 0 && box.height > 0,
        words: (one.getAttribute('aria-label') || one.textContent || '').trim(),
        field: one.name || '',
    };
}"""

RUNS_FROM_THE_LEFT = """(words) => {
    const walker = document.createTreeWalker(document.querySelector('.supportbridge-page'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf(words);
        if (at < 0) continue;
        const place = (from) => {
            const range = document.createRange();
            range.setStart(walker.currentNode, at + from);
            range.setEnd(walker.currentNode, at + from + 1);
            return range.getBoundingClientRect();
        };
        const [first, last] = [place(0), place(words.length - 1)];
        return last.top > first.top || last.left > first.left;
    }
    throw new Error('not on the page: ' + words);
}"""
"""Whether a sentence that ends in a full stop has it at its right end."""

<?php

/*
 * Names what a file uses that PHP 7.4 does not have, and what PHP 8.4 no longer likes: one finding a line.
 *
 * It looks at the tokens an editor's habit slips in, not at everything a language can do.
 */

const NEW_FUNCTIONS = ['str_contains', 'str_starts_with', 'str_ends_with', 'get_debug_type', 'array_is_list', 'array_find',
    'array_any', 'array_all', 'json_validate', 'fdiv', 'get_resource_id', 'preg_last_error_msg', 'mb_trim'];
const NEW_TYPES = ['mixed', 'never', 'true'];

/** The tokens of a file without blanks and comments, each as [text, name, line]. */
function tokens(string $file): array
{
    $tokens = [];
    $line = 1;
    foreach (token_get_all(file_get_contents($file)) as $token) {
        if (is_array($token)) {
            $line = $token[2];
        }
        $name = is_array($token) ? token_name($token[0]) : '';
        if (!in_array($name, ['T_WHITESPACE', 'T_COMMENT', 'T_DOC_COMMENT'], true)) {
            $tokens[] = [is_array($token) ? $token[1] : $token, $name, $line];
        }
    }

    return $tokens;
}

/** What stands wrong at one place; $signature tells whether it is between "function" and the body. */
function finding(array $tokens, int $at, bool $signature): ?string
{
    [$text, $name] = $tokens[$at];
    $before = $tokens[$at - 1][0] ?? '';
    $next = $tokens[$at + 1][0] ?? '';
    if (in_array($name, ['T_MATCH', 'T_NULLSAFE_OBJECT_OPERATOR', 'T_ATTRIBUTE', 'T_ENUM', 'T_READONLY'], true)) {
        return $text;
    }
    if ($name === 'T_STRING' && $next === '(' && in_array(strtolower($text), NEW_FUNCTIONS, true)) {
        return $text . '()';
    }
    if ($name === 'T_STRING' && $next === ':' && in_array($before, ['(', ','], true)) {
        return 'a named argument';
    }
    if ($text === '...' && $before === '(' && $next === ')') {
        return 'a callable by (...)';
    }
    if (!$signature) {
        return null;
    }
    if ($text === '|' || $text === '&' && ($tokens[$at + 1][1] ?? '') === 'T_STRING') {
        return 'a union or intersection of types';
    }
    if (in_array($name, ['T_PUBLIC', 'T_PRIVATE', 'T_PROTECTED'], true)) {
        return 'a promoted property';
    }
    if ($name === 'T_STRING' && in_array(strtolower($text), NEW_TYPES, true) && $before !== '=') {
        return 'the type ' . $text;
    }
    if ($text === ',' && $next === ')') {
        return 'a comma after the last parameter';
    }
    if ($name === 'T_VARIABLE' && $next === '=' && strtolower($tokens[$at + 2][0] ?? '') === 'null') {
        $typed = in_array($tokens[$at - 1][1] ?? '', ['T_STRING', 'T_ARRAY'], true);

        return $typed && ($tokens[$at - 2][0] ?? '') !== '?' ? 'a nullable type without its question mark' : null;
    }

    return null;
}

$found = 0;
foreach (array_slice($argv, 1) as $file) {
    $tokens = tokens($file);
    $signature = false;
    foreach ($tokens as $at => [$text, $name, $line]) {
        if (in_array($name, ['T_FUNCTION', 'T_FN'], true)) {
            $signature = true;
        } elseif (in_array($text, ['{', ';', '=>'], true)) {
            $signature = false;
        }
        $finding = finding($tokens, $at, $signature);
        if ($name === 'T_CATCH') {
            $end = $at;
            while ($tokens[$end][0] !== ')') {
                $end++;
            }
            $finding = $tokens[$end - 1][1] === 'T_VARIABLE' ? $finding : 'a catch without a variable';
        }
        if ($finding !== null) {
            $found++;
            echo basename($file), ':', $line, ' uses ', $finding, "\n";
        }
    }
}
exit($found === 0 ? 0 : 1);

<?php

namespace SupportBridge;

/**
 * The statements that make the shop's tables, from the file that the desk's command line runs too.
 */
final class SchemaFile
{
    /**
     * @return string[]
     *
     * @throws Problem
     */
    public static function statements(string $file, string $prefix): array
    {
        $sql = is_file($file) && is_readable($file) ? file_get_contents($file) : false;
        if ($sql === false) {
            throw new Problem('the file ' . basename($file) . ' of the extension is missing');
        }
        if (preg_match('/\A[A-Za-z0-9_]*\z/', $prefix) !== 1) {
            throw new Problem('the shop\'s table prefix has characters that the tables cannot carry');
        }
        $statements = [];
        foreach (explode(";\n", str_replace("\r\n", "\n", $sql)) as $statement) {
            if (trim($statement) !== '') {
                $statements[] = trim(str_replace('{prefix}', $prefix, $statement));
            }
        }

        return $statements;
    }
}

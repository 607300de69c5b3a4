<?php

namespace SupportBridge;

/**
 * Why something of ours cannot be shown or done.
 *
 * The message goes into the shop's log as it is, so it names files, versions and error numbers, and never a customer,
 * an amount, a key or a statement. The code is the database's error number, 0 where it has nothing to do with it, or
 * the one below.
 */
final class Problem extends \RuntimeException
{
    /** A document that the desk wrote, in a version that this extension does not know yet. */
    public const NEWER_VERSION = -1;
}

<?php

namespace SupportBridge;

/**
 * Why the account block cannot be shown.
 *
 * The message goes into the shop's log as it is, so it names files, versions and error numbers, and never a customer,
 * an amount, a key or a statement.
 */
final class Problem extends \RuntimeException
{
}

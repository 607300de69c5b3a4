<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

/**
 * What is said to the shop's staff, by the names that the shared classes use, in the employee's language.
 */
final class SupportbridgeWords
{
    private const SOURCE = 'supportbridgewords';

    /**
     * Those of the panels beside orders and customers.
     *
     * @return array<string, string>
     */
    public static function ofPanels(Supportbridge $module): array
    {
        return [
            'age_now' => $module->l('just now', self::SOURCE),
            'age_minutes' => $module->l('{count} minutes ago', self::SOURCE),
            'age_hours' => $module->l('{count} hours ago', self::SOURCE),
            'age_days' => $module->l('{count} days ago', self::SOURCE),
            'panel_heading' => $module->l('Support coins', self::SOURCE),
            'panel_available' => $module->l('Coins available', self::SOURCE),
            'panel_held' => $module->l('Coins held', self::SOURCE),
            'panel_plan' => $module->l('Plan', self::SOURCE),
            'panel_no_plan' => $module->l('No active plan', self::SOURCE),
            'panel_expiry' => $module->l('Next expiry', self::SOURCE),
            'panel_no_expiry' => $module->l('No coins will expire', self::SOURCE),
            'panel_offers' => $module->l('Offers waiting for the customer', self::SOURCE),
            'panel_offer' => $module->l('Offer {number}, coins: {coins}, until {day}', self::SOURCE),
            'panel_tickets' => $module->l('Open tickets', self::SOURCE),
            'panel_tickets_cut' => $module->l('Open tickets among {most}: the newest, and those with an offer that goes on', self::SOURCE),
            'panel_ticket' => $module->l('Ticket {number}', self::SOURCE),
            'panel_kind_pre_sales' => $module->l('question before buying', self::SOURCE),
            'panel_kind_support' => $module->l('support', self::SOURCE),
            'panel_kind_work' => $module->l('work', self::SOURCE),
            'panel_state_open' => $module->l('waits for our answer', self::SOURCE),
            'panel_state_waiting_customer' => $module->l('waits for the customer', self::SOURCE),
            'panel_state_waiting_approval' => $module->l('waits for the approval', self::SOURCE),
            'panel_state_in_work' => $module->l('in work', self::SOURCE),
            'panel_urgent_asked' => $module->l('urgency asked for', self::SOURCE),
            'panel_urgent_confirmed' => $module->l('urgent', self::SOURCE),
            'panel_due' => $module->l('answer due {moment}', self::SOURCE),
            'panel_overdue' => $module->l('answer overdue since {moment}', self::SOURCE),
            'panel_licences' => $module->l('Licences', self::SOURCE),
            'panel_licence' => $module->l('Licence {number}', self::SOURCE),
            'panel_licence_active' => $module->l('active', self::SOURCE),
            'panel_licence_expiring' => $module->l('active, ends soon', self::SOURCE),
            'panel_licence_expired' => $module->l('ended', self::SOURCE),
            'panel_licence_suspended' => $module->l('suspended', self::SOURCE),
            'panel_licence_refunded' => $module->l('suspended, the payment was returned', self::SOURCE),
            'panel_until' => $module->l('until {day}', self::SOURCE),
            'panel_frozen' => $module->l('This account is frozen: nothing can be approved or redeemed.', self::SOURCE),
            'panel_late' => $module->l('The desk last reported {age}: what stands here may be out of date.', self::SOURCE),
            'panel_older_desk' => $module->l('Tickets are shown once the desk has been updated.', self::SOURCE),
            'panel_older_shop' => $module->l('Tickets are shown once this shop has the table for them: run bridge store prepare on the machine of the desk.', self::SOURCE),
            'panel_problem' => $module->l('The coins cannot be shown:', self::SOURCE),
            'panel_nothing' => $module->l('This customer has no support coins and no tickets.', self::SOURCE),
            'panel_nothing_here' => $module->l('This customer has no support coins and no tickets in the shops that you can see.', self::SOURCE),
            'panel_checked' => $module->l('Only to read. The signatures of these entries have been checked.', self::SOURCE),
            'panel_status' => $module->l('State of the bridge', self::SOURCE),
        ];
    }

    /**
     * Those of the module's own page.
     *
     * @return array<string, string>
     */
    public static function ofStatus(Supportbridge $module): array
    {
        return self::ofPanels($module) + [
            'status_shop' => $module->l('This shop', self::SOURCE),
            'status_store' => $module->l('The desk of store {store}', self::SOURCE),
            'extension_version' => $module->l('This extension is of version {version}.', self::SOURCE),
            'tables_version' => $module->l('The tables are of version {version}, which this extension reads.', self::SOURCE),
            'tables_other_version' => $module->l('The tables are of version {version}, this extension reads {known}: install the extension that belongs to the desk.', self::SOURCE),
            'tables_none' => $module->l('The tables are missing: run bridge store prepare on the machine of the desk, or install this extension again.', self::SOURCE),
            'tables_missing' => $module->l('Some tables are missing, and customers do not see what belongs there: {names}. Run bridge store prepare on the machine of the desk.', self::SOURCE),
            'tables_unreadable' => $module->l('The tables cannot be read:', self::SOURCE),
            'contact_well' => $module->l('The desk last reported {age} ({moment}).', self::SOURCE),
            'contact_late' => $module->l('The desk last reported {age} ({moment}), and should every few minutes: see whether its program runs and reaches this shop (bridge status).', self::SOURCE),
            'contact_ahead' => $module->l('The desk reported at a moment that lies ahead ({moment}): the clock of the desk or of this shop is wrong.', self::SOURCE),
            'contact_never' => $module->l('The desk has not written into this shop yet: see whether its program runs and whether store {store} is in its settings (bridge check).', self::SOURCE),
            'contact_without_status' => $module->l('The desk has connected to this shop but does not report its state: its program is older than {version}, or has not run since it was updated.', self::SOURCE),
            'contact_problem' => $module->l('The report of the desk cannot be used:', self::SOURCE),
            'state_well' => $module->l('The desk is well.', self::SOURCE),
            'state_waiting' => $module->l('The desk is not reading orders yet, or waits for a confirmation: bridge status says for what.', self::SOURCE),
            'state_paused' => $module->l('The desk has paused this store and waits for staff: bridge problems list says why.', self::SOURCE),
            'state_other' => $module->l('The desk names a state that this extension does not know: {state}. See bridge status.', self::SOURCE),
            'problems_none' => $module->l('No problem waits for staff.', self::SOURCE),
            'problems_some' => $module->l('Problems waiting for staff: {count}. bridge problems list shows them.', self::SOURCE),
            'orders_read' => $module->l('Orders were last read {age}.', self::SOURCE),
            'orders_never' => $module->l('Orders have not been read yet.', self::SOURCE),
            'versions_fit' => $module->l('The desk is of version {desk} and fits this extension.', self::SOURCE),
            'versions_desk_older' => $module->l('The desk is of version {desk}, older than this extension ({extension}): customers do not see what only a newer desk writes. Update the desk.', self::SOURCE),
            'versions_extension_older' => $module->l('The desk is of version {desk}, newer than this extension ({extension}): customers do not see what is new in it. Install the extension of that version.', self::SOURCE),
        ];
    }
}

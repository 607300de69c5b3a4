{if $supportbridge_in_list}<li class="supportbridge-account-row">{else}<div class="supportbridge-account-row col-xs-12 col-12">{/if}

<section class="supportbridge-account" lang="{$supportbridge.language|escape:'html':'UTF-8'}" dir="{$supportbridge.direction|escape:'html':'UTF-8'}" aria-label="{$supportbridge.heading|escape:'html':'UTF-8'}">
  <h2 class="supportbridge-account__title">{$supportbridge.heading|escape:'html':'UTF-8'}</h2>
  {if $supportbridge.frozen}
    <p class="supportbridge-account__notice">{$supportbridge.text_frozen|escape:'html':'UTF-8'}</p>
  {/if}
  {if $supportbridge.has_account}
  <dl class="supportbridge-account__facts">
    <div class="supportbridge-account__fact">
      <dt>{$supportbridge.text_available|escape:'html':'UTF-8'}</dt>
      <dd data-supportbridge="available">{$supportbridge.available|escape:'html':'UTF-8'}</dd>
    </div>
    <div class="supportbridge-account__fact">
      <dt>{$supportbridge.text_held|escape:'html':'UTF-8'}</dt>
      <dd data-supportbridge="held">{$supportbridge.held|escape:'html':'UTF-8'}</dd>
    </div>
    <div class="supportbridge-account__fact">
      <dt>{$supportbridge.text_plan|escape:'html':'UTF-8'}</dt>
      <dd data-supportbridge="plan">{if $supportbridge.plan}<bdi lang="{$supportbridge.plan_language|escape:'html':'UTF-8'}">{$supportbridge.plan|escape:'html':'UTF-8'}</bdi>{else}{$supportbridge.text_no_plan|escape:'html':'UTF-8'}{/if}</dd>
    </div>
    <div class="supportbridge-account__fact">
      <dt>{$supportbridge.text_next_expiry|escape:'html':'UTF-8'}</dt>
      <dd data-supportbridge="next-expiry">{if $supportbridge.next_expiry}<bdi lang="{$supportbridge.next_expiry_language|escape:'html':'UTF-8'}">{$supportbridge.next_expiry|escape:'html':'UTF-8'}</bdi>{else}{$supportbridge.text_no_expiry|escape:'html':'UTF-8'}{/if}</dd>
    </div>
  </dl>
  {/if}
  <p class="supportbridge-account__more">
    <a href="{$supportbridge_tickets|escape:'html':'UTF-8'}" class="supportbridge-link">{$supportbridge.text_tickets|escape:'html':'UTF-8'}</a>
    {if $supportbridge.waiting}<span class="supportbridge-badge"><span aria-hidden="true" data-supportbridge="waiting">{$supportbridge.waiting|escape:'html':'UTF-8'}</span><span class="supportbridge-unseen"> {$supportbridge.text_waiting|escape:'html':'UTF-8'}</span></span>{/if}
    · <a href="{$supportbridge_page|escape:'html':'UTF-8'}" class="supportbridge-link">{$supportbridge.text_page|escape:'html':'UTF-8'}</a>
  </p>
</section>
{if $supportbridge_in_list}</li>{else}</div>{/if}


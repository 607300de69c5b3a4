{capture name=path}
  <a href="{$supportbridge_account|escape:'html':'UTF-8'}">{$supportbridge_account_text|escape:'html':'UTF-8'}</a>
  <span class="navigation-pipe">{$navigationPipe}</span>
  <span class="navigation_page">{$supportbridge_title|escape:'html':'UTF-8'}</span>
{/capture}

<h1 class="page-heading">{$supportbridge_title|escape:'html':'UTF-8'}</h1>
{$supportbridge_content nofilter}{* made and escaped by the module's own classes *}
